"""Give one hostile case after another to the command line, each in a process of its own, and measure it.

python -m hostile.measure NAME...      in the folder tests; one line of JSON for each

The process that reads the names forks for each case, with everything imported, so that a case costs no more than
itself, and one that eats the memory or the time that there is ends alone.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path

SECONDS, MEGABYTES = 5.0, 500.0  # what is promised
_GUARD_SECONDS, _GUARD_BYTES = 30, 3_000_000_000  # where a case is ended


@dataclass(frozen=True)
class Outcome:
    """What came of a case: `answer` is what the command line said, or how it failed.

    `seconds` are those of the processor, `megabytes` the most that was resident, with Python and sympy (about 75).
    """

    name: str
    answer: str
    seconds: float
    megabytes: float
    answered: bool

    @property
    def kept(self) -> bool:
        """Whether it is as promised."""
        return self.answered and self.seconds <= SECONDS and self.megabytes <= MEGABYTES

    def __str__(self) -> str:
        return f"{self.seconds:6.2f} s {self.megabytes:5.0f} MB  {self.name:<40} {self.answer[:100]}"


def measure(names: Iterable[str]) -> list[Outcome]:
    """Run cases, all from one process."""
    command = [sys.executable, "-m", "hostile.measure"]
    path = os.pathsep.join(filter(None, [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        command,
        input="\n".join(names),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    return [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]


# ------------------------------------------------------------------ in the process that forks
def outcomes(names: Iterable[str]) -> Iterator[Outcome]:
    """The same in this process."""
    from .files import FILES
    from .texts import texts

    by_name = texts()
    for name in names:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary, "sources")
            folder.mkdir()
            if name in FILES:
                source = FILES[name](folder)
            else:
                made = by_name[name]()
                source = folder / "x.mod"
                source.write_bytes(made if isinstance(made, bytes) else made.encode("latin-1"))
                del made
            yield forked(name, source, Path(temporary, "out"))


def forked(name: str, source: Path, output: Path) -> Outcome:
    """Translate a source in a process of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_GUARD_SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (_GUARD_BYTES, _GUARD_BYTES))
        os.write(writer, _answer(source, output).encode(errors="replace")[-4000:])
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as stream:
        said = stream.read().decode(errors="replace")
    _, status, used = os.wait4(child, 0)
    answered = said.startswith(("written", "refused"))
    if os.WIFSIGNALED(status):
        said, answered = signal.Signals(os.WTERMSIG(status)).name, False
    return Outcome(name, said, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, answered)


def _answer(source: Path, output: Path) -> str:
    """What the command line says of a source: "written", "refused" with the first reason, or what is not allowed."""
    from nmodlgrad import cli

    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = cli.main([str(source), "-o", str(output), "--json"])
    except BaseException:
        return f"failed: {traceback.format_exc(limit=-3)}"
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    if status == 0 and said and said[-1]["kind"] == "done":
        return f"written: {sum(path.stat().st_size for path in output.iterdir()):,} bytes"
    found = [item for item in said if item["kind"] == "diagnostic" and item["severity"] == "error"]
    if status != 1 or not found or any(item["kind"] == "error" for item in said):
        return f"failed: status {status}, {out.getvalue()[:500]} {err.getvalue()[:500]}"
    first, codes = found[0], {item["code"] for item in found}
    if any(item["line"] < 1 or item["column"] < 1 for item in found if item["code"] != "NG003"):
        return f"failed: no place: {first}"
    if "NG008" in codes and not first["excerpt"]:
        return f"failed: no place: {first}"
    longest = max(len(item["message"]) for item in found)
    if longest > 1000:
        return f"failed: a message of {longest} characters"
    return f"refused: {first['line']}:{first['column']} {first['code']} {first['message']} ({len(found)})"


def main() -> None:
    """Read names from the standard input."""
    import sympy  # noqa: F401  what every case needs is here before the first

    import nmodlgrad.calculus.tangent
    import nmodlgrad.emit.mechanism  # noqa: F401
    from nmodlgrad.compiler import compile_sources
    from nmodlgrad.diagnostics import Source
    from nmodlgrad.sources import Found

    from .texts import mechanism

    compile_sources([Found(Source("x.mod", mechanism()), "x.mod")])
    for outcome in outcomes(sys.stdin.read().splitlines()):
        print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    started = time.monotonic()
    main()
