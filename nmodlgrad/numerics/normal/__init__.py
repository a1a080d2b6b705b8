"""A mechanism in fewer words: what can be said by simpler statements is, before anything is lowered.

What is left is a small language: scalar variables, assignments, branches, calls. Nodes keep their places in the text,
so that diagnostics point there and the text can still be patched. A pass leaves alone what it can not simplify:
`nmodlgrad.semantics.coverage` refuses that by name and place.
"""

from __future__ import annotations

from nmodlgrad.numerics.normal import called, conductances, effects, harmless, hiding, temporaries, unroll
from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.semantics.names import Names


def normalise(mechanism: Mechanism, names: Names) -> Mechanism:
    """The mechanism in the small language; `names` hands out those that are new.

    Raises
    ------
    Refused
        where a construct has no such form.
    """
    mechanism = called.inline(harmless.drop(mechanism), names)
    mechanism = conductances.total(mechanism, names)
    mechanism = unroll.unroll(mechanism)
    mechanism = temporaries.localise(mechanism)
    mechanism = effects.lift(mechanism, names)
    return hiding.rename(mechanism, names)
