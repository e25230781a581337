"""Tables of who the patients are, what they agreed to, and what is prescribed."""

from typing import Any

from therapy.interchange.tables.columns import Column, Kind, Table, about, identifier, instant
from therapy.people.models import Consent, Patient
from therapy.plans.models import BOUNDS, SessionPlan
from therapy.plans.sections.dose import Output
from therapy.plans.sections.music import Familiarity, LyricsRule, Selection
from therapy.plans.sections.safety import SCREENED, Screened
from therapy.plans.sections.target import Curve

_, _ORIGIN = about()

PATIENTS = Table(
    name="patients",
    meaning="Everyone whose rows are in the other tables, whatever the period.",
    model=Patient,
    key=("patient",),
    patient="",
    columns=(
        Column(
            name="patient",
            kind=Kind.PATIENT,
            meaning="The patient's code, or a pseudonym that only this export knows.",
            source="self",
        ),
        Column(
            name="origin",
            kind=Kind.WORD,
            meaning=_ORIGIN.meaning,
            source="origin",
            words=_ORIGIN.words,
        ),
        Column(
            name="time_zone",
            kind=Kind.TEXT,
            meaning="Of the patient's wall clock, as the IANA database names it.",
            source="time_zone",
        ),
        instant("created_at", "When the patient was taken in."),
    ),
)

CONSENTS = Table(
    name="consents",
    meaning="Every word on consent, whatever the period; the newest of a scope stands.",
    model=Consent,
    columns=(
        identifier("The word on consent."),
        *about(),
        Column(
            name="scope",
            kind=Kind.WORD,
            meaning="What was agreed to or refused.",
            source="scope",
            words=tuple(Consent.Scope.values),
        ),
        Column(
            name="given",
            kind=Kind.BOOLEAN,
            meaning="True: agreed; false: refused, or taken back.",
            source="given",
        ),
        Column(
            name="text_version",
            kind=Kind.TEXT,
            meaning="Version of the text that was read.",
            source="text_version",
        ),
        Column(
            name="language",
            kind=Kind.TEXT,
            meaning="Of that text, as a BCP 47 tag.",
            source="language",
        ),
        instant("recorded_at", "When it arrived."),
        instant("decided_at", "By the phone's clock; missing: not on a phone.", optional=True),
    ),
)


def _number(name: str, meaning: str, unit: str = "", kind: Kind = Kind.NUMBER) -> Column:
    """A number of a plan, in the plan's own bounds."""
    lowest, highest = BOUNDS[name]
    optional = SessionPlan._meta.get_field(name).null
    return Column(
        name=name,
        kind=kind,
        meaning=meaning,
        source=name,
        unit=unit,
        lowest=lowest,
        highest=highest,
        optional=optional,
    )


def _word(name: str, meaning: str, words: list[str]) -> Column:
    return Column(name=name, kind=Kind.WORD, meaning=meaning, source=name, words=tuple(words))


def _a_week(schedule: list[dict[str, Any]]) -> int:
    return sum(len(slot["days"]) for slot in schedule)


SESSION_PLANS = Table(
    name="session_plans",
    meaning="Every version of every plan, whatever the period, without its free texts and lists.",
    model=SessionPlan,
    columns=(
        identifier("The version of the plan."),
        *about(),
        Column(
            name="version",
            kind=Kind.INTEGER,
            meaning="Counts up from 1; the highest is in force.",
            source="version",
            lowest=1,
        ),
        instant("created_at", "From when it was in force."),
        Column(
            name="template",
            kind=Kind.TEXT,
            meaning="What it was begun from; missing: from nothing.",
            source="template",
            optional=True,
        ),
        _number("target_valence", "Valence to arrive at."),
        _number("target_arousal", "Arousal to arrive at."),
        _word("curve", "Form of the path from the mood to the target.", Curve.values),
        _number("start_factor", "1 starts at the patient's mood, less nearer the target."),
        _number("track_count", "Tracks a session.", kind=Kind.INTEGER),
        _number("minutes", "Planned length of a session.", "min", Kind.INTEGER),
        _number("hold_radius", "Nearer to the target than this, the path holds."),
        _number("largest_step", "Between two waypoints, in the affect plane."),
        _number("lowest_valence", "The path matches no lower valence."),
        _word("selected_by", "Who chooses what is played.", Selection.values),
        _word("familiarity", "What is preferred.", Familiarity.values),
        _number("composed_share", "Share of the music that the phone composes itself."),
        Column(
            name="explicit_allowed",
            kind=Kind.BOOLEAN,
            meaning="Whether explicit tracks may be played.",
            source="explicit_allowed",
        ),
        _word("lyrics", "Which lyrics may be sung.", LyricsRule.values),
        _number("tempo_min", "No slower; missing: no limit.", "bpm"),
        _number("tempo_max", "No faster; missing: no limit.", "bpm"),
        _number("loudness_min", "Integrated, no softer; missing: no limit.", "LUFS"),
        _number("loudness_max", "Integrated, no louder; missing: no limit.", "LUFS"),
        _number("brightness_min", "Spectral centroid, no lower; missing: no limit.", "Hz"),
        _number("brightness_max", "Spectral centroid, no higher; missing: no limit.", "Hz"),
        Column(
            name="sessions_a_week",
            kind=Kind.INTEGER,
            meaning="Times of the week at which a session is due; 0: whenever the patient likes.",
            source="schedule",
            made_by=_a_week,
            lowest=0,
        ),
        _number("most_sessions_a_day", "Missing: no limit.", kind=Kind.INTEGER),
        _number("most_minutes_a_week", "Missing: no limit.", "min", Kind.INTEGER),
        _number("volume_ceiling", "Of the phone's own range; missing: none.", "%", Kind.INTEGER),
        _word("output", "What it may be heard by.", Output.values),
        _number("fade_in", "Of each track.", "s"),
        _number("fade_out", "Of each track.", "s"),
        _number("breathing_rate", "Of paced breathing; missing: none.", "1/min"),
        Column(
            name="spoken_intro",
            kind=Kind.BOOLEAN,
            meaning="Whether a spoken introduction comes first.",
            source="spoken_intro",
        ),
        _number("silence_at_end", "After the last track.", "s", Kind.INTEGER),
        *(
            _word(name, "Whether the risk was found when it was asked about.", Screened.values)
            for name in SCREENED
        ),
        Column(
            name="review_on",
            kind=Kind.DATE,
            meaning="When the plan is to be looked at again.",
            source="review_on",
            optional=True,
        ),
    ),
)
