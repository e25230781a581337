"""Does the comparison in one person mean what it says? Made-up trials whose truth is known.

make bench-trials [TRIALS=2000]: people whose sessions begin above their usual arousal, who change
or do not, with one session in ten without its moods. Prints how often the truth lies in the
interval over all rows, by 95 %, and for each row what docs/statistics.md says as JSON.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.timing import report
from tests.therapy.statistics.made_up_trials import AXIS, MadeTrial
from therapy.statistics.single_case import power

ROWS = [
    MadeTrial(effect=effect, blocks=blocks, trend=trend)
    for effect, blocks in ((0.0, 6), (0.2, 6), (0.3, 6), (0.2, 13))
    for trend in (0.0, -0.4)
]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--trials", type=int, default=2000)
    trials = arguments.parse_args().trials
    rows = [row(made, trials) for made in ROWS]
    report(
        "truth in the 95 % interval / 95 %",
        float(np.mean([one["truth_within_interval"] for one in rows])) / 0.95,
        {"trials": trials, "rows": rows},
    )


def row(made: MadeTrial, trials: int) -> dict[str, Any]:
    random = np.random.default_rng(7)
    sessions = [made.sessions(random) for _ in range(trials)]
    random = np.random.default_rng(7)
    found = [made.compared(random) for _ in range(trials)]
    plain = [after[arm == 1].mean() - after[arm == 0].mean() for arm, _, _, after in sessions]
    errors = [one.effect - made.effect for one in found]
    return {
        "effect": made.effect,
        "sessions_an_arm": made.blocks * made.each,
        "trend": made.trend,
        "estimate": mean([one.effect for one in found]),
        "truth_within_interval": mean([one.low <= made.effect <= one.high for one in found]),
        "found": mean([one.low > 0 or one.high < 0 for one in found]),
        "power_shown": round(power(made.effect, made.blocks, made.each, AXIS.residual), 3),
        "error": round(float(np.std(errors)), 3),
        "error_of_plain_means": round(float(np.std(np.array(plain) - made.effect)), 3),
    }


def mean(values: list[Any]) -> float:
    return round(float(np.mean(values)), 3)


if __name__ == "__main__":
    main()
