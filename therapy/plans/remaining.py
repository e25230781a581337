"""How many tracks a plan leaves a patient, and which rule takes how many away."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from therapy.catalogue.selectors import FeatureTable
from therapy.plans.exclusions import excluded_by_rule
from therapy.plans.models import SessionPlan

SESSIONS_WITHOUT_REPEATS: Final = 4
"""Fewer tracks than this many sessions play are few. A convention of this project, no trial's: with
a session a day, a track that comes round again after four has mostly rested (how recently it was
heard falls to 1/e in three days, docs/playlists.md)."""


@dataclass(frozen=True)
class RuleTakes:
    """What one rule takes away: `tracks`, of which `alone` are taken by no other rule."""

    rule: str
    tracks: int
    alone: int


@dataclass(frozen=True)
class Remaining:
    """Of `total` tracks that a model can choose from, `left` are allowed; `enough` would be as many
    as `SESSIONS_WITHOUT_REPEATS` sessions play. `rules` take some away each, most first."""

    total: int
    left: int
    enough: int
    rules: tuple[RuleTakes, ...]

    @property
    def too_few(self) -> bool:
        return self.left < self.enough


def remaining(plan: SessionPlan, table: FeatureTable) -> Remaining:
    """Counts the tracks of `table`; reads `never_tracks`, one query if not prefetched."""
    known = set(table.track_ids)
    taken = {rule: ids & known for rule, ids in excluded_by_rule(plan, table).items()}
    rules_on = Counter(track for ids in taken.values() for track in ids)
    rules = [
        RuleTakes(rule, len(ids), sum(rules_on[track] == 1 for track in ids))
        for rule, ids in taken.items()
        if ids
    ]
    return Remaining(
        total=len(known),
        left=len(known - rules_on.keys()),
        enough=SESSIONS_WITHOUT_REPEATS * plan.track_count,
        rules=tuple(sorted(rules, key=lambda rule: -rule.tracks)),
    )
