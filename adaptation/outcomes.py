"""What outcomes pages are told of adapting: whether it helps at this clinic."""

from collections.abc import Iterator, Sequence

from adaptation.benefits import FIRST, MOST_PEOPLE, ask_for_measurement
from adaptation.models import BenefitMeasurement
from therapy.models import Clinic
from therapy.outcomes.cohorts import Cohort
from therapy.outcomes.tables import Column, Estimate, How, Kind, Table, Value

OUTCOMES = {
    "liking": "How a piece is liked",
    "valence": "Mood after it, valence",
    "arousal": "Mood after it, arousal",
}
COLUMNS = (
    Column("outcome", "What is foretold", Kind.WORDS),
    Column("shots", "After ratings"),
    Column("people", "People"),
    Column("answers", "Answers"),
    Column("adapted", "Error, adapted", Kind.ERROR),
    Column("plain", "Error, average and offset", Kind.ERROR),
    Column("difference", "Difference (below 0: adapting is better)", Kind.MOOD, has_interval=True),
    Column("verdict", "So", Kind.WORDS),
)


class ModelBenefit:
    """Registered with the outcomes pages."""

    def tables(self, cohort: Cohort) -> Sequence[Table]:
        """One query."""
        measured = (
            BenefitMeasurement.objects.filter(clinic=cohort.clinic, origin=cohort.origin)
            .select_related("base")
            .first()
        )
        return (_table(measured),)

    def ask_anew(self, clinic: Clinic) -> None:
        ask_for_measurement(clinic)


def _table(measured: BenefitMeasurement | None) -> Table:
    when = ""
    if measured is not None:
        when = f" Measured of base {measured.base} on {measured.measured_at:%Y-%m-%d}."
    return Table(
        key="model",
        title="Does adapting help here?",
        lead="Whether a model that knows which pieces somebody rated foretells their next answers "
        f"better than the average of the others and the person’s own offset.{when}",
        columns=COLUMNS,
        rows=tuple(_rows(measured)) if measured is not None else (),
        how=How(
            formula=f"The first ratings of each person are given, all after the first {FIRST} are "
            "asked for. Error: each person’s mean absolute error on −1..1, then the mean of "
            "people. Difference: adapted minus average and offset, with Student’s t interval by "
            "people. Average and offset are fitted on four fifths of these people, never on who "
            "is asked.",
            counted=f"People with more than {FIRST} rated pieces whom the base was not trained "
            f"on, at most {MOST_PEOPLE} of them, drawn at random; all months and all plans.",
            source="The base’s own card says the same of the listeners that it was released "
            "with. Mean and offset: Efron & Morris 1973, doi 10.1080/01621459.1973.10481350.",
        ),
        empty=_why_empty(measured),
    )


def _rows(measured: BenefitMeasurement) -> Iterator[tuple[Value, ...]]:
    for one in measured.benefits:
        yield (
            OUTCOMES[one["outcome"]],
            one["shots"],
            one["people"],
            one["answers"],
            one["adapted"],
            one["plain"],
            Estimate(one["difference"], one["low"], one["high"]),
            _verdict(one["low"], one["high"]),
        )


def _verdict(low: float, high: float) -> str:
    if high < 0:
        return "adapting is better"
    return "adapting is worse" if low > 0 else "no difference can be shown"


def _why_empty(measured: BenefitMeasurement | None) -> str:
    if measured is None:
        return "This was not measured yet. It is once a week, and with “Sum anew now”."
    return measured.reason
