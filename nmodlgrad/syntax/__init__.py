"""Text to tree: the nodes of NMODL, the parser, and the way back to text."""
