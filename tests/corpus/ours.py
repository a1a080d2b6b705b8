"""What our parser says of a file. The only module of the corpus test that reads with the code under test."""

from __future__ import annotations

from nmodlgrad.diagnostics import Refused, Source
from nmodlgrad.syntax.parse import parse

from .nocmodl import Verdict


def verdict(content: bytes) -> Verdict:
    """Accepted, or refused with a diagnostic; anything else that parse raises is a mistake of ours."""
    try:
        parse(Source("x.mod", content.decode("latin-1")))
    except Refused as refused:
        first = refused.diagnostics[0]
        return Verdict("syntax", f"{first.message} ({first.line}:{first.column})")
    except Exception as error:
        return Verdict("crash", f"{type(error).__name__}: {error}")
    return Verdict("accepted")
