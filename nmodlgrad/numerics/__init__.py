"""Mechanism to step: every block lowered to the plain statements that NEURON executes."""
