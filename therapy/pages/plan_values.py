"""A plan's fields, by name and value, as people read them."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from therapy.pages.care_words import days_in_words

NOTHING: Final = "—"
# Where the name of the column, with spaces, would not be what a therapist says.
TITLES: Final = {
    "review_on": "To be reviewed on",
    "start_factor": "Start factor λ",
    "track_count": "Tracks a session",
    "minutes": "Minutes a session",
    "largest_step": "Largest step of the path",
    "lowest_valence": "Lowest valence of the path",
    "selected_by": "Who selects the music",
    "composed_share": "Share that the phone composes",
    "only_tags": "Only what is tagged",
    "excluded_tags": "Nothing tagged",
    "explicit_allowed": "Explicit tracks allowed",
    "tempo_min": "Slowest tempo, bpm",
    "tempo_max": "Fastest tempo, bpm",
    "loudness_min": "Lowest loudness, LUFS",
    "loudness_max": "Highest loudness, LUFS",
    "brightness_min": "Darkest, spectral centroid in Hz",
    "brightness_max": "Brightest, spectral centroid in Hz",
    "volume_ceiling": "Volume up to, % of the phone’s range",
    "fade_in": "Fade in, seconds",
    "fade_out": "Fade out, seconds",
    "breathing_rate": "Paced breathing, breaths a minute",
    "silence_at_end": "Silence at the end, seconds",
    "drives": "Drives while listening",
}


def title_of(field: str) -> str:
    """What people call a field."""
    return TITLES.get(field) or field.replace("_", " ").capitalize()


def lines_of(field: str, value: Any) -> list[str]:
    """A field's value, a line for each thing in it."""
    if value in (None, "", []):
        return [NOTHING]
    if isinstance(value, list):
        in_words = ENTRIES.get(field, str)
        return [in_words(entry) for entry in value]
    return [_in_words(value)]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}".replace("-", "−")
    return f"{value:%-d %b %Y}" if isinstance(value, date) else str(value)


def _goal(goal: dict[str, Any]) -> str:
    levels = "; ".join(
        f"{level:+d}: {text}".replace("-", "−").replace("+0", "0")
        for level, text in enumerate(goal["levels"], start=-2)
        if text
    )
    return f"{goal['goal']} (weight {goal['weight']}){f': {levels}' if levels else ''}"


def _time(slot: dict[str, Any]) -> str:
    days = days_in_words(slot["days"])
    return f"{days} at {slot['at']}, to be begun within {slot['minutes']} minutes"


def _measure(asked: dict[str, Any]) -> str:
    may = ", may be skipped" if asked["may_skip"] else ""
    return f"{asked['measure']}, {asked['when'].replace('-', ' ')}{may}"


ENTRIES: Final[dict[str, Callable[[Any], str]]] = {
    "goals": _goal,
    "triggers": lambda one: f"{one['tag']}: {one['reason']}",
    "schedule": _time,
    "measures": _measure,
}
