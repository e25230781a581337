"""What the form says of its sections, fields and choices, with the source where there is one."""

from typing import Final, NamedTuple

from therapy.pages.plan_words import CURVES
from therapy.plans.models import BOUNDS, SessionPlan
from therapy.plans.sections.dose import Output
from therapy.plans.sections.music import Familiarity, LyricsRule, Selection
from therapy.plans.sections.safety import SCREENED, Screened


class Help(NamedTuple):
    """What a field is for, and where that is from; either may be empty."""

    text: str
    source: str = ""


NO_HELP: Final = Help("")
SECTIONS: Final = {
    "Clinical": "Why the patient listens, and to what end. It is kept encrypted, and stays here.",
    "Target": "Where the music leads, and by which way. Change it and look at the path beside it.",
    "Music": "What may be played. Exclusions are never weighed against anything: what is excluded "
    "is not played, on the phone and here.",
    "Dose": "When, how much and how the patient listens.",
    "Safety": "What could make listening unsafe, and who is told. Not asked is not no.",
}
REPORTED: Final = "Sections after RG-MBI, the reporting guideline for music-based interventions"
REPORTED_SOURCE: Final = "Robb et al. 2025, PMC3141224"

HELP: Final[dict[str, Help]] = {
    "goals": Help(
        "Say for each what would be expected (0), less and more, so that it can be judged later. "
        "An attainment score of 50 is what was expected.",
        "Kiresuk & Sherman 1968, doi 10.1007/BF01530764",
    ),
    "target_valence": Help("From unpleasant to pleasant.", "Affective Slider, PLOS ONE 0148037"),
    "target_arousal": Help("From calm to excited."),
    "curve": Help(
        "Starting at the mood and leading away from it (iso principle) is a default to test, not a "
        "finding: one study of 59 speaks for it, a larger one of 193 found no difference from "
        "playing the target at once.",
        "Starcke & von Georgi 2024; doi 10.1177/10298649261421187",
    ),
    "start_factor": Help("1 starts at the patient’s mood; 0.85 a little nearer the target."),
    "largest_step": Help("From one track to the next, in the valence–arousal plane."),
    "hold_radius": Help("A mood nearer to the target than this gets music at the target."),
    "track_count": NO_HELP,
    "lowest_valence": Help("A very low mood is met no lower than here."),
    "selected_by": Help(
        "Choosing helps by itself: the phone can offer two or three tracks to begin with.",
        "Howlin & Rooney 2021",
    ),
    "composed_share": Help("1 is all of it. Recorded; the model’s choice does not depend on it."),
    "familiarity": Help("What is preferred; not a rule. Recorded for who reads the plan."),
    "always_tracks": Help("Kept on the phone first, and offered where the patient chooses."),
    "never_tracks": Help("Never played to this patient."),
    "only_tags": Help("Only tracks with one of these tags; none ticked: all."),
    "excluded_tags": Help("No track with one of these tags."),
    "triggers": Help(
        "Tags that must never be played to this patient, and why. The reason stays here."
    ),
    "lyrics": Help("A track whose lyrics are not known counts as sung."),
    "lyric_languages": Help("Language tags such as en, de or pt-BR; with the rule above."),
    **dict.fromkeys(("tempo_min", "brightness_min", "brightness_max"), NO_HELP),
    **dict.fromkeys(("fade_in", "fade_out", "silence_at_end"), NO_HELP),
    "tempo_max": Help(
        "60 to 80 bpm is a common start for calming music. Of six kinds of sleep playlists three "
        "are faster and louder, so it is no rule.",
        "Scarratt et al. 2023, PMC9847986",
    ),
    **dict.fromkeys(("loudness_min", "loudness_max"), Help("Integrated over the track.")),
    "schedule": Help("By the clock on the patient’s wall. Without times: whenever they like."),
    "most_minutes_a_week": Help(
        "Empty: not limited. Adults: 80 dBA for 40 hours a week at most.", "WHO-ITU H.870"
    ),
    "breathing_rate": Help("Empty: none."),
    "volume_ceiling": Help("How loud this is depends on the phone and the headphones."),
    "measures": Help("What the phone asks besides the mood, and when (docs/measures.md)."),
    "crisis_plan": Help("Goes to the phone, beside the crisis contacts."),
}
"""Where a plan's own help text does not say it, or not enough."""

CHOICES: Final[dict[str, dict[str, str]]] = {
    "curve": {curve.value: f"{curve.value}: {words}" for curve, words in CURVES.items()},
    "selected_by": {
        Selection.MODEL: "the model",
        Selection.PATIENT: "the patient",
        Selection.TOGETHER: "patient and therapist together",
        Selection.THERAPIST: "the therapist",
    },
    "familiarity": {
        Familiarity.ANY: "known or new",
        Familiarity.FAMILIAR: "what the patient knows",
        Familiarity.NEW: "what is new to them",
    },
    "lyrics": {
        LyricsRule.ANY: "any",
        LyricsRule.NONE: "none",
        LyricsRule.LANGUAGES: "only in the languages below",
    },
    "output": {
        Output.ANY: "headphones or loudspeaker",
        Output.HEADPHONES: "headphones only",
        Output.SPEAKER: "loudspeaker only",
    },
    **{name: {one.value: str(one.value) for one in Screened} for name in SCREENED},
}


def help_of(name: str) -> Help:
    """What is said beside the field, with the range of a number."""
    said = (
        HELP[name]
        if name in HELP
        else Help(str(getattr(SessionPlan._meta.get_field(name), "help_text", "")))
    )
    if name not in BOUNDS:
        return said
    low, high = (f"{bound:,g}".replace("-", "−") for bound in BOUNDS[name])
    return said._replace(text=f"{low} to {high}. {said.text}".strip())
