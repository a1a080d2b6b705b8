"""Tangent to source text: the original patched in place, and what is appended to it."""
