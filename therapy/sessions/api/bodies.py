"""What phones send of what happened, by kind, and how the server answers it."""

from typing import Any

from rest_framework import serializers

from therapy.api.fields import (
    AffectField,
    InstantField,
    KeyField,
    NumberField,
    OptionalChoiceField,
    OptionalDigestField,
    PairField,
    PhoneInstantField,
    TruthField,
    WholeNumberField,
)
from therapy.plans.models import MOST_TRACKS
from therapy.sessions.models import (
    ListeningSession,
    MeasureResponse,
    ModelRefusal,
    MoodRating,
    SessionNotHeld,
    TrackPlay,
)
from therapy.sessions.models.plays import LONGEST_PLAY, MOST_PLAYS
from therapy.sessions.services import EntryRow

CLOCK_HELP = (
    "By the phone's clock. Once it is put right by what the phone says its clock shows while it "
    "sends, at most 10 minutes ahead of the server."
)
SESSION_HELP = "The session that it belongs to, sent before it; null outside of any."


class ReportBody(serializers.Serializer[Any]):
    id = KeyField(help_text="Made by the phone.")
    received_at = InstantField(read_only=True, help_text="The server's clock, at first arrival.")
    clock_offset = serializers.FloatField(
        read_only=True,
        allow_null=True,
        help_text="Server minus phone when it arrived, in seconds; null where the phone did not "
        "say its clock.",
    )


class SessionBody(ReportBody):
    plan = KeyField(
        source="plan_id",
        allow_null=True,
        default=None,
        help_text="Id of the plan version that was in force on the phone.",
    )
    assignment = KeyField(
        source="assignment_id",
        allow_null=True,
        default=None,
        help_text="Id of the assignment that it follows, of the plan's `trial`; null: of none.",
    )
    started_at = PhoneInstantField(help_text=CLOCK_HELP)
    ended_at = PhoneInstantField(
        allow_null=True, default=None, help_text="Not before the start; null while it goes on."
    )
    ending = OptionalChoiceField(
        ListeningSession.Ending.choices, help_text="Comes with `ended_at`; null where not said."
    )
    stop_reason = OptionalChoiceField(
        ListeningSession.StopReason.choices,
        help_text="Only with `stopped`; null where the patient did not say.",
    )


class SessionNotHeldBody(ReportBody):
    plan = KeyField(
        source="plan_id",
        allow_null=True,
        default=None,
        help_text="Id of the plan version that the session was offered by.",
    )
    outcome = serializers.ChoiceField(
        SessionNotHeld.Outcome.choices,
        help_text="`skipped`: the patient said no. `expired`: nothing was said in time.",
    )
    skip_reason = OptionalChoiceField(
        SessionNotHeld.SkipReason.choices,
        help_text="Only with `skipped`; null where the patient did not say.",
    )
    offered_at = PhoneInstantField(help_text=CLOCK_HELP)
    decided_at = PhoneInstantField(help_text="When the patient said no, or the time ran out.")


class MoodRatingBody(ReportBody):
    session = KeyField(source="session_id", allow_null=True, default=None, help_text=SESSION_HELP)
    phase = serializers.ChoiceField(MoodRating.Phase.choices)
    valence = AffectField(help_text="Unpleasant −1 .. 1 pleasant.")
    arousal = AffectField(help_text="Calm −1 .. 1 excited.")
    rated_at = PhoneInstantField(help_text=CLOCK_HELP)


class MoodSkipBody(ReportBody):
    session = KeyField(source="session_id", allow_null=True, default=None, help_text=SESSION_HELP)
    phase = serializers.ChoiceField(
        MoodRating.Phase.choices, help_text="In which the mood was asked."
    )
    skipped_at = PhoneInstantField(help_text=CLOCK_HELP)


class TrackRatingBody(ReportBody):
    session = KeyField(source="session_id", allow_null=True, default=None, help_text=SESSION_HELP)
    track = KeyField(source="track_id")
    liking = WholeNumberField(min_value=1, max_value=5, help_text="1 not at all .. 5 very much.")
    familiarity = WholeNumberField(
        min_value=1,
        max_value=5,
        allow_null=True,
        default=None,
        help_text="1 never heard .. 5 know it well; null where it was not asked.",
    )
    rated_at = PhoneInstantField(help_text=CLOCK_HELP)


class TrackPlayBody(ReportBody):
    session = KeyField(source="session_id", allow_null=True, default=None, help_text=SESSION_HELP)
    track = KeyField(source="track_id")
    position = WholeNumberField(
        min_value=0,
        max_value=MOST_PLAYS - 1,
        help_text="Of this play in the session, counted from 0, those that were skipped too.",
    )
    started_at = PhoneInstantField(help_text=CLOCK_HELP)
    seconds_heard = NumberField(
        min_value=0.0, max_value=LONGEST_PLAY, help_text="Without the pauses."
    )
    ending = serializers.ChoiceField(
        TrackPlay.Ending.choices,
        help_text="`skipped`: the patient went on to the next; `stopped`: the session was stopped.",
    )


class MeasureResponseBody(ReportBody):
    session = KeyField(source="session_id", allow_null=True, default=None, help_text=SESSION_HELP)
    measure = serializers.CharField(max_length=40, help_text="Key of the measure.")
    version = WholeNumberField(
        min_value=1, max_value=2**15 - 1, help_text="The version that was shown."
    )
    language = serializers.CharField(max_length=35, help_text="The language that was shown.")
    state = serializers.ChoiceField(
        MeasureResponse.State.choices,
        help_text="`answered`; `skipped`: the patient said no; `expired`: it was shown, and its "
        "time ran out. Of a measure that was never shown send nothing.",
    )
    answers = serializers.DictField(
        child=NumberField(),
        allow_null=True,
        default=None,
        help_text="Item id → value, complete but for `optional` items; null unless answered.",
    )
    answered_at = PhoneInstantField(
        help_text="When it was answered, skipped or ran out. " + CLOCK_HELP
    )
    safety_check = serializers.BooleanField(
        read_only=True,
        help_text="A question about self-harm was answered above 0: show the crisis screen now.",
    )


class EntryBody(serializers.Serializer[Any]):
    position = WholeNumberField(min_value=0, max_value=MOST_TRACKS - 1)
    track = KeyField(source="track_id")
    waypoint = PairField(AffectField(), help_text="Where the path wanted to be.")
    predicted = PairField(AffectField(), help_text="Where the model expected to be.")
    deviation = PairField(
        NumberField(min_value=0.0), help_text="Standard deviations of the prediction."
    )
    log_probability = NumberField(
        max_value=0.0, help_text="Natural logarithm of the probability of this choice."
    )


class PlaylistLogBody(ReportBody):
    session = KeyField(source="session_id", allow_null=True, default=None, help_text=SESSION_HELP)
    model_version = WholeNumberField(min_value=0, help_text="Version of the record that made it.")
    package_sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}$", help_text="Of the record that made it, or of the one file; lower case."
    )
    seed = WholeNumberField(
        min_value=-(2**63),
        max_value=2**63 - 1,
        help_text="Of the noise. In JavaScript keep it below 2^53: larger numbers lose digits.",
    )
    mood_valence = AffectField(help_text="The mood that it started from.")
    mood_arousal = AffectField(help_text="The mood that it started from.")
    target_valence = AffectField()
    target_arousal = AffectField()
    chosen_first = TruthField(
        default=False,
        help_text="The first track was not drawn: the patient chose it among equivalent ones. Its "
        "`log_probability` is then the one that the draw would have given it.",
    )
    made_at = PhoneInstantField(help_text=CLOCK_HELP)
    entries: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=EntryBody(),
        min_length=1,
        max_length=MOST_TRACKS,
        help_text=f"1 to {MOST_TRACKS}, positions 0, 1, … each once and without a gap.",
    )

    def validate_entries(self, entries: list[dict[str, Any]]) -> list[EntryRow]:
        return [EntryRow(**entry) for entry in entries]


class ModelRefusalBody(ReportBody):
    refused_at = PhoneInstantField(help_text=CLOCK_HELP)
    reason = serializers.ChoiceField(
        ModelRefusal.Reason.choices, help_text="What was wrong (docs/clients/README.md)."
    )
    version = WholeNumberField(
        min_value=0,
        allow_null=True,
        default=None,
        help_text="Of the refused record; null where it could not be read.",
    )
    base_sha256 = OptionalDigestField(
        help_text="Of the base that was offered with it, as `GET /model` names it; null where the "
        "record could not be read."
    )
    in_use = WholeNumberField(
        min_value=0,
        allow_null=True,
        default=None,
        help_text="Version of the model that stays in use; null where there is none.",
    )
