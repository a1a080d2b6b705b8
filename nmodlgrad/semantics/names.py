"""New names that meet none of the names in a file."""

from __future__ import annotations

import re


class Names:
    """Hands out names that occur nowhere in a text and were not handed out before.

    A scope's names are free again in other scopes, but never taken by the file that the scope is in: what is
    generated at file level stays visible everywhere.
    """

    def __init__(self, text: str, file: Names | None = None) -> None:
        self._taken = set(re.findall(r"[a-zA-Z_]\w*", text))
        self._inside: set[str] = set()
        self._file = file

    def _is_taken(self, name: str) -> bool:
        return name in self._taken or name in self._inside or (self._file is not None and name in self._file._taken)

    def fresh(self, wish: str) -> str:
        """`wish`, or `wish` with a number when it is taken; what is no part of a name in it becomes `_`."""
        wish = _plain(wish)
        name, number = wish, 1
        while self._is_taken(name):
            number += 1
            name = f"{wish}_{number}"
        self._taken.add(name)
        if self._file is not None:
            self._file._inside.add(name)
        return name

    def numbered(self, wish: str) -> str:
        """`wish_1`, or the first such name that is free."""
        wish = _plain(wish)
        number = 1
        while self._is_taken(f"{wish}_{number}"):
            number += 1
        return self.fresh(f"{wish}_{number}")

    def scope(self) -> Names:
        """Names for a scope of its own within this file."""
        return Names("", self)


def _plain(wish: str) -> str:
    """The element x[3] of an array becomes x_3, and what is derived of it likewise."""
    return re.sub(r"\[(\d+)\]", r"_\1", wish)
