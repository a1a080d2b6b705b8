"""New names that meet none of the names in a file."""

from __future__ import annotations

import re


class Names:
    """Hands out names that occur nowhere in a text and were not handed out before."""

    def __init__(self, text: str) -> None:
        self._taken = set(re.findall(r"[a-zA-Z_]\w*", text))

    def fresh(self, wish: str) -> str:
        """`wish`, or `wish` with a number when it is taken."""
        name, number = wish, 1
        while name in self._taken:
            number += 1
            name = f"{wish}_{number}"
        self._taken.add(name)
        return name

    def numbered(self, wish: str) -> str:
        """`wish_1`, or the first such name that is free."""
        number = 1
        while f"{wish}_{number}" in self._taken:
            number += 1
        return self.fresh(f"{wish}_{number}")

    def scope(self) -> Names:
        """The same names taken, for a scope of its own: what is handed out there does not count here."""
        inner = Names("")
        inner._taken = set(self._taken)
        return inner
