"""BEFORE and AFTER blocks: what NEURON runs in all mechanisms before or after a phase."""

from __future__ import annotations

from dataclasses import dataclass

from nmodlgrad.semantics.mechanism import Mechanism
from nmodlgrad.syntax import nodes as n


@dataclass(frozen=True)
class Around:
    """A block, and the name of the routine that advances its tangents."""

    block: n.BeforeBlock | n.AfterBlock
    routine: str

    @property
    def statements(self) -> tuple[n.Statement, ...]:
        """What it does."""
        return self.block.body.statements


def blocks(mechanism: Mechanism) -> tuple[Around, ...]:
    """All of them but BEFORE INITIAL."""
    found: list[Around] = []
    for item in mechanism.items:
        if isinstance(item, n.BeforeBlock | n.AfterBlock):
            when = "before" if isinstance(item, n.BeforeBlock) else "after"
            if (when, item.phase) == ("before", "INITIAL"):
                continue
            name = f"ng_{when}_{item.phase.lower()}"
            others = sum(one.routine.startswith(name) for one in found)
            found.append(Around(item, f"{name}_{others + 1}" if others else name))
    return tuple(found)


def before_initial(mechanism: Mechanism) -> tuple[n.Statement, ...]:
    """What BEFORE INITIAL does: nothing changes between it and INITIAL, which can do it all over again."""
    found = (item for item in mechanism.items if isinstance(item, n.BeforeBlock) and item.phase == "INITIAL")
    return tuple(statement for block in found for statement in block.body.statements)
