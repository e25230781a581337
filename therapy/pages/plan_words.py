"""A session plan said in plain words."""

from dataclasses import dataclass

from therapy.pages.care_words import dose_in_words, safety_in_words
from therapy.plans.models import SessionPlan

CURVES = {
    SessionPlan.Curve.LINEAR: "in equal steps from the mood to the target",
    SessionPlan.Curve.EASE_OUT: "in large steps at first, then ever smaller ones",
    SessionPlan.Curve.PLATEAU: "in equal steps to the target, which the last two tracks hold",
    SessionPlan.Curve.U: "at the target by half way, held there, and a little way back at the end",
    SessionPlan.Curve.DIRECT: "at the target from the first track on",
}
NEVER_TRACKS_SHOWN = 8


@dataclass(frozen=True)
class PlanInWords:
    """What a plan asks for; each text is a sentence or two, exclusions one each."""

    aim: str
    path: str
    length: str
    limits: str
    exclusions: tuple[str, ...]
    dose: tuple[str, ...]
    safety: tuple[str, ...]


def in_words(plan: SessionPlan) -> PlanInWords:
    """Say a plan in words; reads `never_tracks`, so have them prefetched."""
    return PlanInWords(
        aim=f"{mood_in_words(plan.target_valence, plan.target_arousal).capitalize()} "
        f"(valence {signed(plan.target_valence)}, arousal {signed(plan.target_arousal)})",
        path=f"{CURVES[SessionPlan.Curve(plan.curve)].capitalize()}. {_start(plan)}",
        length=f"{plan.track_count} tracks, about {plan.minutes} minutes",
        limits=f"Within {plan.hold_radius:g} of the target the music stays at the target. "
        f"From one track to the next the path moves at most {plan.largest_step:g}. "
        f"It matches no valence below {signed(plan.lowest_valence)}.",
        exclusions=tuple(_exclusions(plan)),
        dose=tuple(dose_in_words(plan)),
        safety=tuple(safety_in_words(plan)),
    )


def mood_in_words(valence: float, arousal: float) -> str:
    """A point of the affect plane in everyday words, such as 'pleasant and slightly calm'."""
    return f"{_side(valence, 'unpleasant', 'pleasant')} and {_side(arousal, 'calm', 'excited')}"


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign and a true minus; a rounded zero has no sign."""
    rounded = round(value, digits)
    if rounded == 0:
        return f"{0:.{digits}f}"
    return f"{rounded:+.{digits}f}".replace("-", "−")


def _side(value: float, low: str, high: str) -> str:
    if abs(value) < 0.15:
        return f"neither {low} nor {high}"
    side = high if value > 0 else low
    if abs(value) < 0.35:
        return f"slightly {side}"
    return f"very {side}" if abs(value) >= 0.75 else side


def _start(plan: SessionPlan) -> str:
    if plan.curve == SessionPlan.Curve.DIRECT:
        return "It does not start from the mood."
    if plan.start_factor == 1:
        return "It starts at the patient’s mood."
    nearer = round((1 - plan.start_factor) * 100)
    return f"It starts {nearer} % of the way from the patient’s mood to the target."


def _exclusions(plan: SessionPlan) -> list[str]:
    rules = []
    if not plan.explicit_allowed:
        rules.append("No explicit tracks")
    if plan.lyrics == SessionPlan.LyricsRule.NONE:
        rules.append("No lyrics, and no track whose lyrics are unknown")
    if plan.lyrics == SessionPlan.LyricsRule.LANGUAGES:
        rules.append(f"Lyrics only in {', '.join(plan.lyric_languages)}")
    rules += [rule for rule in (_tempo(plan), _loudness(plan), _brightness(plan)) if rule]
    if plan.only_tags:
        rules.append(f"Only what is tagged {' or '.join(plan.only_tags)}")
    if plan.excluded_tags:
        rules.append(f"Nothing tagged {', '.join(plan.excluded_tags)}")
    rules += [f"Nothing tagged {one['tag']}: {one['reason']}" for one in plan.triggers]
    never = [track.title for track in plan.never_tracks.all()]
    if never:
        more = len(never) - NEVER_TRACKS_SHOWN
        named = "; ".join(never[:NEVER_TRACKS_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        rules.append(f"Never: {named}")
    return rules


def _tempo(plan: SessionPlan) -> str:
    low, high = plan.tempo_min, plan.tempo_max
    if low is not None and high is not None:
        return f"Tempo only from {low:g} to {high:g} bpm"
    if low is not None:
        return f"No slower than {low:g} bpm"
    return f"No faster than {high:g} bpm" if high is not None else ""


def _loudness(plan: SessionPlan) -> str:
    low, high = plan.loudness_min, plan.loudness_max
    if low is not None and high is not None:
        return f"Loudness only from {signed(low, 1)} to {signed(high, 1)} LUFS"
    if low is not None:
        return f"No softer than {signed(low, 1)} LUFS"
    return f"No louder than {signed(high, 1)} LUFS" if high is not None else ""


def _brightness(plan: SessionPlan) -> str:
    low, high = plan.brightness_min, plan.brightness_max
    if low is not None and high is not None:
        return f"Brightness only from {low:g} to {high:g} Hz"
    if low is not None:
        return f"No darker than {low:g} Hz"
    return f"No brighter than {high:g} Hz" if high is not None else ""
