"""Every hostile case, in every length and size, with what came of it; exit status 1 if one is not as promised.

python -m hostile      in the folder tests
"""

from __future__ import annotations

import sys

from .files import FILES
from .measure import MEGABYTES, SECONDS, measure
from .texts import texts


def main() -> int:
    """Print the table, the slowest last."""
    outcomes = sorted(measure([*FILES, *texts()]), key=lambda outcome: outcome.seconds)
    print(*outcomes, sep="\n")
    failed = [outcome for outcome in outcomes if not outcome.kept]
    print(f"\n{len(outcomes)} cases, {len(failed)} not within {SECONDS:g} s and {MEGABYTES:g} MB", *failed, sep="\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
