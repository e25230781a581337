"""The sheet of one version of a plan: what we hold for each item, and where we hold nothing."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from therapy.interchange.tables.csv_files import guarded
from therapy.pages.care_words import dose_in_words
from therapy.pages.plan_words import in_words
from therapy.pages.rg_mbi.fidelity import fidelity_lines
from therapy.pages.rg_mbi.items import ITEMS, UPDATE, VERSION, Item
from therapy.plans.models import SessionPlan
from therapy.plans.sections.dose import Output

NOT_RECORDED = "Not recorded here."
KEPT = "In the plan; free texts go out only when they are asked for."
SELECTED_BY = {
    "model": "Tailored: the phone’s model selects from the clinic’s catalogue, by the mood that "
    "was rated and what it learned of the patient",
    "patient": "The patient, from the clinic’s catalogue",
    "together": "The patient and the therapist together, from the clinic’s catalogue",
    "therapist": "The therapist, from the clinic’s catalogue",
}


@dataclass(frozen=True)
class Entry:
    """An item and what is said to it; no line where nothing is recorded."""

    item: Item
    lines: Sequence[str]

    @property
    def text(self) -> str:
        return "; ".join(self.lines) or NOT_RECORDED


def sheet_of(plan: SessionPlan, *, notes: bool) -> list[Entry]:
    """Every item, in the guidelines' order. `notes`: with what was written freely."""
    said = {
        "theory": _theory(plan, notes=notes),
        "selected_by": [SELECTED_BY[plan.selected_by]],
        "music": _music(plan, notes=notes),
        "delivery": _delivery(plan),
        "strategies": ["Listening to recorded music, along a path from the mood to the target"],
        "schedule": [
            f"{plan.track_count} tracks, about {plan.minutes} minutes a session",
            *dose_in_words(plan),
            *_free("Between sessions", plan.homework, notes=notes),
        ],
        "fidelity": [
            "The phone makes playlists by this version, and reports what was done with them",
            *fidelity_lines(plan),
        ],
        "unit": ["One person"],
    }
    return [Entry(item, said.get(item.key, [])) for item in ITEMS]


def as_csv(entries: Sequence[Entry]) -> str:
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(["item_2011", "component_2025", "title", "asks", "reported"])
    for entry in entries:
        item = entry.item
        lines.writerow(
            guarded(cell)
            for cell in (item.letter, item.component, item.title, item.asks, entry.text)
        )
    return text.getvalue()


def as_markdown(plan: SessionPlan, entries: Sequence[Entry]) -> str:
    lines = [
        f"# {plan.patient.code}, session plan version {plan.version}",
        "",
        f"By {VERSION}, with the components of the update of {UPDATE}.",
    ]
    for entry in entries:
        heading = f"{entry.item.letter or 'New in 2025'}: {entry.item.title}"
        lines += ["", f"## {heading}", "", *(f"- {line}" for line in entry.lines or [NOT_RECORDED])]
    return "\n".join(lines) + "\n"


def _theory(plan: SessionPlan, *, notes: bool) -> list[str]:
    words = in_words(plan)
    return [
        *_free("For", plan.indication, notes=notes),
        *_free("Rationale", plan.rationale, notes=notes),
        f"Target: {words.aim}",
        f"Path: {words.path}",
    ]


def _music(plan: SessionPlan, *, notes: bool) -> list[str]:
    """The rules; triggers have their reasons beside them, so they count as free text."""
    words = in_words(plan)
    triggers = {f"Nothing tagged {one['tag']}: {one['reason']}" for one in plan.triggers}
    rules = [rule for rule in words.exclusions if notes or rule not in triggers]
    kept = [] if notes or not triggers else [f"Triggers: {KEPT}"]
    return [
        "Each recording that was played is in the tables track_plays and tracks",
        *rules,
        *kept,
    ]


def _delivery(plan: SessionPlan) -> list[str]:
    by = "headphones or speakers" if plan.output == Output.ANY else plan.output
    ceiling = plan.volume_ceiling
    limit = f"up to {ceiling} % of the phone’s range" if ceiling else "without a ceiling"
    return [
        "Recorded, played by the patient’s phone",
        f"By {by}",
        f"The patient controls the volume, {limit}; decibels at the ear are not recorded here",
    ]


def _free(title: str, text: str, *, notes: bool) -> list[str]:
    if not text:
        return []
    return [f"{title}: {text if notes else KEPT}"]
