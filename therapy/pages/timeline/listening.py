"""Of what phones reported: sessions, times that were not held, measures."""

from collections.abc import Iterator

from therapy.access.acts import Act
from therapy.measures.definition import Definition
from therapy.measures.registry import measure
from therapy.pages.overview import Moods, moods_around
from therapy.pages.patient_page import plays_in
from therapy.pages.plan_words import signed
from therapy.pages.session_words import ending_in_words
from therapy.pages.timeline.sources import Event, Span
from therapy.people.models import Patient
from therapy.sessions.models import ListeningSession, MeasureResponse, SessionNotHeld, TrackPlay

State = MeasureResponse.State
NOT_HELD = {
    SessionNotHeld.Outcome.SKIPPED: "The patient said no to a session",
    SessionNotHeld.Outcome.EXPIRED: "A session was offered, and nothing was said",
}


class Sessions:
    """Sessions held, and those that were offered and were not."""

    key, title, act = "sessions", "Sessions", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        held = ListeningSession.objects.filter(patient=patient, **span.of("started_at"))
        sessions = list(held.select_related("plan"))
        ids = [session.id for session in sessions]
        moods, plays = moods_around(ids), plays_in(ids)
        for session in sessions:
            told = [
                f"plan version {session.plan.version}" if session.plan is not None else "",
                _heard(plays[session.id]),
                ending_in_words(session),
                _moods(moods.get(session.id, Moods())),
            ]
            note = "; ".join(part for part in told if part)
            yield Event(session.started_at, "A session was held", note, "#sessions")
        offered = SessionNotHeld.objects.filter(patient=patient, **span.of("decided_at"))
        for row in offered:
            reason = row.get_skip_reason_display().lower()
            yield Event(
                row.decided_at,
                NOT_HELD[SessionNotHeld.Outcome(row.outcome)],
                reason,
                "#listening-as-planned",
            )


class Answers:
    """Measures answered, skipped and run out."""

    key, title, act = "measures", "Measures", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        shown = MeasureResponse.objects.filter(patient=patient, **span.of("answered_at"))
        for response in shown:
            definition = measure(response.measure, response.version)
            yield Event(
                at=response.answered_at,
                says=f"{definition.title}: {_answer(response)}",
                note=_scores(response, definition),
                address="#measures",
                needs_attention=response.safety_check,
            )


def _heard(plays: list[TrackPlay]) -> str:
    if not plays:
        return ""
    minutes = round(sum(play.seconds_heard for play in plays) / 60)
    pieces = "1 piece" if len(plays) == 1 else f"{len(plays)} pieces"
    return f"{pieces}, {minutes} min heard"


def _moods(moods: Moods) -> str:
    if moods.before is None or moods.after is None:
        return ""
    return (
        f"valence {signed(moods.before.valence)} to {signed(moods.after.valence)}, "
        f"arousal {signed(moods.before.arousal)} to {signed(moods.after.arousal)}"
    )


def _answer(response: MeasureResponse) -> str:
    if response.state == State.ANSWERED:
        return "answered"
    return "the patient did not want to answer" if response.state == State.SKIPPED else "ran out"


def _scores(response: MeasureResponse, definition: Definition) -> str:
    if response.scores is None:
        return ""
    said = [
        f"{scale.title} {response.scores[scale.key]['value']:g}".replace("-", "−")
        for scale in definition.scales
    ]
    if response.safety_check:
        said.append("the question about self-harm was answered above 0")
    return "; ".join(said)
