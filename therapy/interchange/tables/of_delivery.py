"""The table of what phones did not take of what was delivered."""

from therapy.interchange.tables.columns import Column, Kind, Table, about, identifier, instant
from therapy.interchange.tables.of_listening import RECEIVED
from therapy.sessions.models import ModelRefusal

MODEL_REFUSALS = Table(
    name="model_refusals",
    meaning="Models that phones refused; the one that was accepted last stayed in use.",
    model=ModelRefusal,
    at="refused_at",
    columns=(
        identifier("The refusal."),
        *about(),
        instant("refused_at", "When the phone refused it."),
        Column(
            name="reason",
            kind=Kind.WORD,
            meaning="What was wrong with it.",
            source="reason",
            words=tuple(ModelRefusal.Reason.values),
        ),
        Column(
            name="version",
            kind=Kind.INTEGER,
            meaning="Of the refused model; missing: it could not be read.",
            source="version",
            lowest=0,
            optional=True,
        ),
        Column(
            name="in_use",
            kind=Kind.INTEGER,
            meaning="Version of the model that stayed in use; missing: there was none.",
            source="in_use",
            lowest=0,
            optional=True,
        ),
        RECEIVED,
    ),
)
