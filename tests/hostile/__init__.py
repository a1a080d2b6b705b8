"""Hostile input: files that no person writes, what is measured of the tool when it gets them, and random damage."""
