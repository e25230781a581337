"""Is a headline above 0 where listening does nothing? Made-up clinics whose truth is known.

make bench-drift [CLINICS=1000]: people whose sessions begin below their usual mood, with and
without an effect, with the clinic's own sessions without a change in mind and against the published
line. Prints how often the plain mean change is found to differ from 0 by how often the headline is,
where there is no effect, and for each row what docs/statistics.md says as JSON.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.timing import report
from tests.therapy.statistics.made_up_clinics import AXIS, Made, drawn
from therapy.statistics.changes import Change, change
from therapy.statistics.headline import headline
from therapy.statistics.pairs import Pairs

LOW = 0.4
ROWS = {
    "no effect, published line": Made(seen_when_low=LOW),
    "no effect, own controls": Made(seen_when_low=LOW, controls=0.45),
    "no effect, sessions begun at the target": Made(
        seen_when_low=0.2, held_near=0.15, people=40, each=30
    ),
    "effect of .1, published line": Made(seen_when_low=LOW, effect=0.1),
    "effect of .1, own controls": Made(seen_when_low=LOW, effect=0.1, controls=0.45),
    "effect of .1, sessions begun at the target": Made(
        seen_when_low=0.2, held_near=0.15, people=40, each=30, effect=0.1
    ),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clinics", type=int, default=1000)
    clinics = arguments.parse_args().clinics
    rows = {name: row(made, clinics) for name, made in ROWS.items()}
    without = rows["no effect, published line"]
    report(
        "no effect at all: found by the plain change / found by the headline",
        without["naive_found"] / max(without["found"], 1 / clinics),
        {"clinics": clinics, "rows": rows},
    )


def row(made: Made, clinics: int) -> dict[str, Any]:
    pairs = list(drawn(made, clinics))
    found = [headline(*both, AXIS) for both in pairs]
    plain = [plain_change(treated) for treated, _ in pairs]
    return {
        "naive": mean([one.mean for one in plain]),
        "naive_found": mean([one.low > 0 or one.high < 0 for one in plain]),
        "headline": mean([one.difference for one in found]),
        "found": mean([one.is_shown for one in found]),
        "truth_within_interval": mean([one.low <= made.effect <= one.high for one in found]),
    }


def plain_change(treated: Pairs) -> Change:
    """As if nothing drifted: people's mean changes against 0."""
    seen = treated.of_those(treated.n > 0)
    return change(seen.before / seen.n, seen.after / seen.n)


def mean(values: list[Any]) -> float:
    return round(float(np.mean(values)), 3)


if __name__ == "__main__":
    main()
