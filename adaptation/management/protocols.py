"""What `manage.py evaluate` can ask, and with which of its options."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adaptation.learning.datasets import folders
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.evaluation.few_shot import FewShot
from adaptation.learning.evaluation.folds import TooFew
from adaptation.learning.evaluation.store import ResultStore
from adaptation.learning.evaluation.transfer import NothingShared
from adaptation.learning.learners import registry
from therapy.management.progress import Progress

FEW_SHOT = "few-shot"
LEARNERS = ("offset", "ridge", registry.DEFAULT)

CANNOT = (BadData, TooFew, NothingShared, registry.UnknownLearner)
"""Why a protocol could not be run; the text says what to change."""

Result = dict[str, Any]
"""Ready for JSON."""


@dataclass(frozen=True)
class Asked:
    """The options of a run; None where one was not given."""

    protocol: str
    data: Path
    learner: Sequence[str] | None = None
    shots: Sequence[int] | None = None
    folds: int | None = None
    seeds: Sequence[int] | None = None
    support: str | None = None
    others: Sequence[Path] | None = None

    @property
    def learners(self) -> tuple[str, ...]:
        """Raises UnknownLearner."""
        return registry.names(self.learner or LEARNERS)

    def few_shot(self, shots: Sequence[int] = FewShot.shots) -> FewShot:
        """The settings of a protocol that leaves people out."""
        return FewShot(
            shots=tuple(sorted(set(self.shots or shots))),
            folds=self.folds or FewShot.folds,
            seeds=self.seeds_or(FewShot.seeds),
            random_support=self.support == "random",
        )

    def seeds_or(self, seeds: Sequence[int]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.seeds or seeds))


@dataclass(frozen=True)
class Protocol:
    """`takes` are the options that belong to it, beside --data, --json and --fresh; `run` gives the
    result and a table of it, or raises one of CANNOT."""

    takes: frozenset[str]
    run: Callable[[Asked, ResultStore, Progress], tuple[Result, str]]


def few_shot(asked: Asked, store: ResultStore, progress: Progress) -> tuple[Result, str]:
    from adaptation.learning.evaluation import few_shot, report

    data, learners, settings = folders.read(asked.data), asked.learners, asked.few_shot()
    result = few_shot.evaluate(data, learners, settings, store=store, progress=progress)
    return result, report.as_table(result)


def active(asked: Asked, store: ResultStore, progress: Progress) -> tuple[Result, str]:
    from adaptation.learning.evaluation import active_support

    plain = active_support.ActiveSupport()
    settings = active_support.ActiveSupport(
        shots=tuple(sorted(set(asked.shots or plain.shots))),
        folds=asked.folds or plain.folds,
        seeds=asked.seeds_or(plain.seeds),
    )
    data = folders.read(asked.data)
    result = active_support.evaluate(data, settings, store=store, progress=progress)
    return result, active_support.as_table(result)


def transfer(asked: Asked, store: ResultStore, progress: Progress) -> tuple[Result, str]:
    from adaptation.learning.evaluation import transfer, transfer_report

    sets = [folders.read(folder) for folder in (asked.data, *(asked.others or ()))]
    settings = asked.few_shot(transfer.SHOTS)
    result = transfer.evaluate(sets, settings, store=store, progress=progress)
    return result, transfer_report.as_table(result)


def published(asked: Asked, store: ResultStore, progress: Progress) -> tuple[Result, str]:
    from adaptation.learning.datasets import situnes_splits
    from adaptation.learning.evaluation import published

    result = published.evaluate(
        asked.protocol,
        asked.data,
        learners=asked.learners,
        seeds=asked.seeds_or(situnes_splits.SEEDS),
        store=store,
        progress=progress,
    )
    return result, published.as_table(result)


_LEAVE_PEOPLE_OUT = frozenset({"shots", "folds", "seeds"})
_PUBLISHED = Protocol(frozenset({"learner", "seeds"}), published)

PROTOCOLS: Mapping[str, Protocol] = {
    FEW_SHOT: Protocol(_LEAVE_PEOPLE_OUT | {"learner", "support"}, few_shot),
    "active": Protocol(_LEAVE_PEOPLE_OUT, active),
    "transfer": Protocol(_LEAVE_PEOPLE_OUT | {"others"}, transfer),
    "situnes-1": _PUBLISHED,
    "situnes-2": _PUBLISHED,
    "situnes-3": _PUBLISHED,
    "situnes-psych": _PUBLISHED,
}
"""By name; docs/evaluation.md says what each asks."""
