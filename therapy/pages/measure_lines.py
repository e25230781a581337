"""What a patient's page says of the measures that were shown to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from therapy.measures.definition import Change, CutOff, Scale, Source, Standing
from therapy.measures.registry import measure
from therapy.people.models import Patient
from therapy.sessions.models import MeasureResponse


@dataclass(frozen=True)
class ScoreLine:
    """One score in words. `band` and `cut_offs` name their sources; `change` is since the first
    answer to the same version, and empty for the first."""

    title: str
    value: str
    band: str
    cut_offs: tuple[str, ...]
    change: str


@dataclass(frozen=True)
class MeasureLine:
    """What became of one measure that was shown; no `scores` unless it was answered."""

    response: MeasureResponse
    title: str
    scores: tuple[ScoreLine, ...]


def responses_of(patient: Patient) -> QuerySet[MeasureResponse]:
    """Newest first. Each knows as `first_id` the patient's first answer to the same version:
    another version may ask or score otherwise, so its scores are not compared."""
    same = MeasureResponse.objects.filter(
        patient=OuterRef("patient"),
        measure=OuterRef("measure"),
        version=OuterRef("version"),
        state=MeasureResponse.State.ANSWERED,
    )
    first = same.order_by("answered_at", "id").values("id")[:1]
    responses = MeasureResponse.objects.filter(patient=patient).annotate(first_id=Subquery(first))
    return responses.order_by("-answered_at", "-id")


def lines_of(responses: Sequence[MeasureResponse]) -> list[MeasureLine]:
    """The lines of responses that `responses_of` gave. One query."""
    first_ids = [getattr(response, "first_id", None) for response in responses]
    firsts = MeasureResponse.objects.in_bulk([one for one in first_ids if one is not None])
    return [
        _line(response, firsts.get(first_id) if first_id is not None else None)
        for response, first_id in zip(responses, first_ids, strict=True)
    ]


def _line(response: MeasureResponse, first: MeasureResponse | None) -> MeasureLine:
    definition = measure(response.measure, response.version)
    earlier = first.scores if first is not None and first.id != response.id else None
    scores = tuple(
        _score_line(scale, response.scores[scale.key], earlier and earlier[scale.key])
        for scale in definition.scales
        if response.scores is not None
    )
    return MeasureLine(response, definition.title, scores)


def _score_line(scale: Scale, score: dict[str, Any], first: dict[str, Any] | None) -> ScoreLine:
    value = score["value"]
    band = score["band"]
    return ScoreLine(
        title=scale.title,
        value=f"{_plain(value)} of {_plain(scale.lowest)} to {_plain(scale.highest)}",
        band=f"{band} ({_named(scale.bands_source)})" if band and scale.bands_source else "",
        cut_offs=tuple(_cut_off(cut, value) for cut in scale.cut_offs),
        change=_change(scale, value - first["value"]) if first is not None else "",
    )


def _cut_off(cut: CutOff, value: float) -> str:
    named = _named(cut.source, cut.standing)
    if value < cut.at_least:
        return f"Below the cut-off of {_plain(cut.at_least)} ({named})"
    return f"Reaches the cut-off of {_plain(cut.at_least)}: {cut.says} ({named})"


def _change(scale: Scale, change: float) -> str:
    """The change with its sign, and whether it is reliable, where that is documented."""
    shown = _plain(change, sign="+")
    reliable = [known for known in scale.changes if known.kind == "reliable"]
    return "; ".join([shown, *(_reliability(known, change) for known in reliable)])


def _reliability(known: Change, change: float) -> str:
    words = "a reliable change" if abs(change) >= known.at_least else "not a reliable change"
    source = _named(known.source, known.standing)
    return f"{words} ({_plain(known.at_least)} or more: {source})"


def _named(source: Source, standing: Standing = "primary") -> str:
    return source.short + (", a secondary source" if standing == "secondary" else "")


def _plain(value: float, sign: str = "-") -> str:
    """A number in at most two decimals, with a true minus."""
    rounded = round(value, 2) or 0
    return f"{rounded:{sign if rounded else '-'}g}".replace("-", "−")
