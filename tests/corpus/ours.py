"""What our parser says of a file. With `structure.ours`, all of the corpus test that touches the code under test."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from nmodlgrad.checks import findings
from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.semantics.resolve import resolve
from nmodlgrad.syntax.parse import parse

from .lossless import faults
from .nocmodl import Verdict
from .packages import Mechanism

SECONDS = 5  # for a file that takes a hundredth of one


def verdict(content: bytes) -> Verdict:
    """Accepted, or refused with a diagnostic; anything else that parse raises is a mistake of ours."""
    try:
        with _alarm():
            parse(Source("x.mod", content.decode("latin-1")))
    except Refused as refused:
        first = refused.diagnostics[0]
        return Verdict("syntax", f"{first.message} ({first.line}:{first.column})")
    except Exception as error:
        return Verdict("crash", f"{type(error).__name__}: {error}")
    return Verdict("accepted")


def losses(file: Mechanism) -> str:
    """What a text loses on its way to a tree and back."""
    return "; ".join(faults(Source("x.mod", file.content.decode("latin-1"))))


def left_to_a_check(content: bytes) -> bool:
    """Whether the text has what nocmodl's grammar refuses and our checks do: an unknown METHOD, a line too long."""
    try:
        found = findings(resolve(Source("x.mod", content.decode("latin-1"))))
    except Refused as refused:
        found = list(refused.diagnostics)
    return not {"NG019", "NG032"}.isdisjoint(finding.code for finding in found)


@contextmanager
def _alarm() -> Iterator[None]:
    """TimeoutError after SECONDS, even within a regular expression; in the main thread of a process."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"no end in {SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
