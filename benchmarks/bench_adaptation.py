"""Adapting many patients in one pass against one after the other: ten rated tracks each, one core.

make bench
"""

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bases import FEATURES, untrained
from benchmarks.timing import report, side_by_side

PATIENTS, RATINGS = 1000, 10


def main() -> None:
    learner = untrained().learner
    support = (
        torch.randn(PATIENTS, RATINGS, FEATURES),
        torch.rand(PATIENTS, RATINGS, 2) * 2 - 1,
        torch.rand(PATIENTS, RATINGS, 3) * 2 - 1,
        torch.ones(PATIENTS, RATINGS, 3),
    )
    prior = learner.prior().detach()

    def together() -> torch.Tensor:
        return learner.adapt(prior.expand(PATIENTS, -1), *support)

    def one_by_one() -> list[torch.Tensor]:
        return [learner.adapt(prior, *(part[i] for part in support)) for i in range(PATIENTS)]

    with torch.inference_mode():
        alone = torch.stack(one_by_one())
        if not torch.allclose(together(), alone, atol=1e-5):
            raise SystemExit("The two ways disagree; the times would mean nothing.")
        times = side_by_side({"together": together, "one by one": one_by_one}, rounds=3)
    report(
        f"adapting {PATIENTS} patients to {RATINGS} ratings, one by one / together",
        times["one by one"] / times["together"],
        {"milliseconds": times, "patients_per_second": round(1e6 / times["together"])},
    )


if __name__ == "__main__":
    main()
