"""Every mechanism that some packages on PyPI ship, read by our parser and by NEURON's own two.

`packages` finds and downloads the files, `nocmodl` and `ours` say who accepts them, `structure` compares what was
understood, `known` lists the exceptions. ``python -m tests.corpus`` prints the figures,
``python -m tests.corpus.search`` looks for disagreements in mutated files.
"""
