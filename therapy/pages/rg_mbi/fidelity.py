"""What became of one version of a plan, in numbers."""

from collections import Counter
from datetime import datetime

from django.utils import timezone

from therapy.pages.adherence import in_words
from therapy.plans.models import SessionPlan
from therapy.sessions.adherence import kept_occasions
from therapy.sessions.models import ListeningSession, SessionNotHeld


def fidelity_lines(plan: SessionPlan) -> list[str]:
    """Occasions, sessions, minutes and stops, a sentence each."""
    ended = _in_force_until(plan)
    until = ended or timezone.now()
    held = list(ListeningSession.objects.filter(plan=plan))
    not_held = Counter(SessionNotHeld.objects.filter(plan=plan).values_list("outcome", flat=True))
    in_force = f"In force from {plan.created_at:%Y-%m-%d}"
    lines = [f"{in_force} to {ended:%Y-%m-%d}" if ended else f"{in_force} on; it still is"]
    if plan.schedule:
        due = kept_occasions(plan.patient, since=plan.created_at, now=until)
        kept = [one for one in due if one.plan.id == plan.id]
        lines.append(f"Occasions by its schedule, without those of pauses: {in_words(kept)}")
    endings = Counter(session.ending or "end not told" for session in held)
    said = ", ".join(f"{count} {ending}" for ending, count in sorted(endings.items()))
    lines.append(f"{len(held)} sessions begun" + (f": {said}" if said else ""))
    reasons = Counter(session.stop_reason for session in held if session.stop_reason)
    if reasons:
        stops = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
        lines.append(f"Reasons of stops: {stops}")
    skipped, expired = not_held["skipped"], not_held["expired"]
    lines.append(f"Offered and not held: {skipped} skipped, {expired} expired")
    minutes = [
        (session.ended_at - session.started_at).total_seconds() / 60
        for session in held
        if session.ended_at is not None
    ]
    if minutes:
        lines.append(
            f"{sum(minutes):.0f} minutes between start and end of {len(minutes)} sessions, "
            f"{sum(minutes) / len(minutes):.0f} on average; planned were {plan.minutes}"
        )
    return lines


def _in_force_until(plan: SessionPlan) -> datetime | None:
    """When the next version came; None for the one that is in force."""
    later = SessionPlan.objects.filter(patient=plan.patient_id, version__gt=plan.version)
    following = later.order_by("version").first()
    return None if following is None else following.created_at
