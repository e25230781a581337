"""How a session ended, said in plain words."""

from therapy.sessions.models import ListeningSession

Ending, Reason = ListeningSession.Ending, ListeningSession.StopReason
REASONS = {
    Reason.FELT_WORSE: "felt worse",
    Reason.DISLIKED_MUSIC: "did not like the music",
    Reason.INTERRUPTED: "interrupted",
    Reason.TIRED: "tired",
    Reason.TECHNICAL: "something did not work",
    Reason.OTHER: "another reason",
}


def ending_in_words(session: ListeningSession) -> str:
    """Empty where the phone did not say. A session whose page was lost counts as stopped: the phone
    ends it when it played last."""
    if session.ending == Ending.COMPLETED:
        return "heard out"
    if session.ending != Ending.STOPPED:
        return ""
    return f"stopped: {REASONS[Reason(session.stop_reason)]}" if session.stop_reason else "stopped"
