"""Tree to mechanism: what each name is, what each block reads and writes, what carries a derivative."""
