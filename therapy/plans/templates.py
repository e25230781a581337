"""What plans are begun from. A template is a start to be changed, not a recommendation: each says
what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError


@dataclass(frozen=True)
class PlanTemplate:
    """Fields of a plan that differ from its defaults, and where they come from."""

    key: str
    title: str
    purpose: str
    source: str
    fields: Mapping[str, Any]


TEMPLATES: Final[Mapping[str, PlanTemplate]] = {
    template.key: template
    for template in (
        PlanTemplate(
            "sleep",
            "Before sleep",
            "Soft, slow, instrumental music that ends in silence, once in the evening.",
            "Sleep playlists are softer, slower, more acoustic and instrumental than others, "
            "though not all of their clusters are (Scarratt et al. 2023, PMC9847986).",
            {
                "target_valence": 0.2,
                "target_arousal": -0.8,
                "curve": "ease-out",
                "start_factor": 0.85,
                "minutes": 25,
                "lyrics": "none",
                "tempo_max": 90.0,
                "most_sessions_a_day": 1,
                "fade_out": 20.0,
                "silence_at_end": 60,
                "schedule": [{"days": [1, 2, 3, 4, 5, 6, 7], "at": "22:00", "minutes": 90}],
            },
        ),
        PlanTemplate(
            "before-a-procedure",
            "Before a procedure",
            "Calming music in the wait, without words, to be begun at any time.",
            "Music before medical procedures lowers anxiety on average (meta-analyses; the effect "
            "is smaller in healthy adults: Panteleeva et al. 2018, doi 10.1177/0305735617712424).",
            {
                "target_valence": 0.4,
                "target_arousal": -0.5,
                "curve": "plateau",
                "minutes": 20,
                "lyrics": "none",
                "output": "headphones",
                "most_sessions_a_day": 3,
                "measures": [
                    {"measure": "vas-anxiety", "when": "before-session", "may_skip": True},
                    {"measure": "vas-anxiety", "when": "after-session", "may_skip": True},
                ],
            },
        ),
        PlanTemplate(
            "pain",
            "With pain",
            "Music that the patient likes, as a companion to other care.",
            "Across 97 trials music lowered pain ratings by about 1.1 on 0–10 (Lee 2016, "
            "doi 10.1093/jmt/thw012).",
            {
                "target_valence": 0.5,
                "target_arousal": -0.3,
                "curve": "linear",
                "selected_by": "together",
                "familiarity": "familiar",
                "most_sessions_a_day": 3,
                "measures": [
                    {"measure": "pain-nrs", "when": "before-session", "may_skip": True},
                    {"measure": "pain-nrs", "when": "after-session", "may_skip": True},
                ],
            },
        ),
        PlanTemplate(
            "stress",
            "Everyday stress",
            "From the mood of the moment to calm, when it is needed.",
            "Music interventions lower stress (104 trials, de Witte et al. 2020, "
            "doi 10.1080/17437199.2019.1627897); in healthy adults recovery from stress is hardly "
            "quicker with music (Adiasto et al. 2022, doi 10.1371/journal.pone.0270031).",
            {
                "target_valence": 0.5,
                "target_arousal": -0.5,
                "curve": "linear",
                "most_sessions_a_day": 2,
            },
        ),
        PlanTemplate(
            "maintenance",
            "Keeping well",
            "A list at the target, three times a week, with a review.",
            "No trial: a start for patients who are near their target; the path holds there.",
            {
                "target_valence": 0.5,
                "target_arousal": -0.3,
                "curve": "direct",
                "schedule": [{"days": [1, 3, 5], "at": "18:00", "minutes": 240}],
            },
        ),
    )
}


def template_named(key: str) -> PlanTemplate:
    """Raises ValidationError that lists what there is."""
    if key not in TEMPLATES:
        raise ValidationError(
            {"template": [f"No template '{key}'. There are: {', '.join(TEMPLATES)}."]}
        )
    return TEMPLATES[key]
