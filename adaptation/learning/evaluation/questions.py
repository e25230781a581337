"""What the people left out were asked, the same of every learner."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from adaptation.learning.evaluation.folds import Fold
from adaptation.learning.evaluation.measures import Predicted
from adaptation.learning.evaluation.store import Arrays
from adaptation.learning.ratings import Floats, RatingSet, Truths, Whole


@dataclass(frozen=True)
class Questions:
    """N rows of a set, those of every seed one after the other."""

    data: RatingSet
    people: Whole  # [U], users of the set who have a task, ascending
    row: Whole  # [N], index into the set's rows
    seed: Whole  # [N]

    @classmethod
    def of(cls, data: RatingSet, plan: Sequence[Fold]) -> "Questions":
        asked = [(fold.seed, task.query) for fold in plan for task in fold.tasks]
        row = np.concatenate([query for _, query in asked])
        seed = np.concatenate([np.full(len(query), seed) for seed, query in asked])
        return cls(data, np.unique(data.user[row]), row, seed)

    def cases(
        self, folds: Sequence[Arrays], shots: Sequence[int]
    ) -> dict[str, dict[int, Predicted]]:
        """What one learner predicted, by target and number of ratings; targets that nobody
        answered are left out. `folds` has means and variances [K, Q, T] and widths [3, K, Q, T],
        fold by fold."""
        mean = np.concatenate([fold["mean"] for fold in folds], axis=1)
        variance = np.concatenate([fold["variance"] for fold in folds], axis=1)
        widths = np.concatenate([fold["widths"] for fold in folds], axis=2)
        return {
            target.name: {
                given: self._case(
                    place, mean[k, :, place], variance[k, :, place], widths[:, k, :, place].T
                )
                for k, given in enumerate(shots)
            }
            for place, target in enumerate(self.data.targets)
            if np.isfinite(self.data.answers[self.row, place]).any()
        }

    def _case(self, place: int, mean: Floats, variance: Floats, widths: Floats) -> Predicted:
        carries = self.data.targets[place].carries
        unasked = np.full(len(self.row), np.nan)
        case = Predicted(
            person=np.searchsorted(self.people, self.data.user[self.row]),
            seed=self.seed,
            answer=self.data.answers[self.row, place],
            before=unasked if carries is None else self.data.mood[self.row, carries],
            mean=mean,
            variance=variance,
            widths=widths,
        )
        return case.rows(np.isfinite(case.answer))

    def groups(self, kind: str) -> dict[str, Truths]:
        """Who of the people [U] is in each group of a kind, largest first."""
        values = np.array([self.data.groups[kind][person] for person in self.people])
        names, sizes = np.unique(values, return_counts=True)
        return {str(name): values == name for name in names[np.argsort(-sizes, kind="stable")]}

    def described(self, plan: Sequence[Fold]) -> dict[str, Any]:
        """The set and how much of it is asked for, in numbers of one seed."""
        tasks = [task for fold in plan if fold.seed == plan[0].seed for task in fold.tasks]
        return {
            "name": self.data.name,
            "licence": self.data.licence,
            "simulated": self.data.simulated,
            "users": len(self.data.user_keys),
            "items": len(self.data.item_keys),
            "rows": len(self.data),
            "features": len(self.data.feature_names),
            "targets": [asdict(target) for target in self.data.targets],
            "users_asked": len(self.people),
            "tasks": len(tasks),
            "questions": sum(len(task.query) for task in tasks),
        }
