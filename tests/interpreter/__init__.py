"""A small interpreter of mechanisms, without NEURON: what a mechanism computes, and what its tangent says of it.

`primal`    runs the tree of a mechanism in complex numbers: a step of 1e-30 i along a direction is its exact derivative
`tangent`   runs the text that the differentiator made, in real numbers, with one tangent for each variable carried
`step`      the phases of a step in NEURON's order, the same for both
`random_mechanisms`  draws sources to try this on
"""

from interpreter.primal import Primal, mechanism_of
from interpreter.step import Visit, derivatives
from interpreter.tangent import Tangent

__all__ = ["Primal", "Tangent", "Visit", "derivatives", "mechanism_of"]
