"""All that is told of a cohort."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from therapy.outcomes import effects, funnel, groups, listening, responding
from therapy.outcomes.cohorts import Cohort
from therapy.outcomes.contributed import contributions
from therapy.outcomes.observed import observe
from therapy.outcomes.summaries import made_at
from therapy.outcomes.tables import Table
from therapy.statistics.headline import Headline


@dataclass(frozen=True)
class Report:
    cohort: Cohort
    made_at: datetime | None
    """When the oldest summary was made; None: none was."""
    computed_at: datetime
    headlines: dict[str, Headline]
    """By axis; an axis of too few people is left out."""
    tables: tuple[Table, ...]

    def table(self, key: str) -> Table | None:
        return next((one for one in self.tables if one.key == key), None)


def report_on(cohort: Cohort) -> Report:
    """As many queries, however many people there are."""
    observed = observe(cohort)
    found = effects.headlines(observed)
    return Report(
        cohort=cohort,
        made_at=made_at(cohort.clinic),
        computed_at=timezone.now(),
        headlines=found,
        tables=(
            effects.effect_table(found),
            effects.change_table(observed),
            responding.responder_table(observed),
            responding.deterioration_table(cohort, observed),
            funnel.funnel_table(cohort),
            listening.adherence_table(observed),
            listening.dose_table(observed),
            listening.missing_table(observed, found),
            listening.response_table(observed, found),
            groups.template_table(observed, found),
            groups.therapist_table(observed, found),
            *(table for one in contributions() for table in one.tables(cohort)),
        ),
    )
