"""How a progress note is laid out: which sections it has, and what belongs into each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Section:
    """One part of a note; `hint` says what belongs there."""

    key: str
    title: str
    hint: str


@dataclass(frozen=True)
class NoteFormat:
    """A layout, with where it comes from."""

    key: str
    title: str
    sections: tuple[Section, ...]
    source: str

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(section.key for section in self.sections)


_ASSESSMENT = Section("assessment", "Assessment", "What you make of it, against the goals.")
_PLAN = Section("plan", "Plan", "What follows: in listening, in care, until when.")

FORMATS: Final[Mapping[str, NoteFormat]] = {
    one.key: one
    for one in (
        NoteFormat(
            key="soap",
            title="SOAP",
            sections=(
                Section("subjective", "Subjective", "What the patient says, in their words."),
                Section("objective", "Objective", "What you saw, heard or measured."),
                _ASSESSMENT,
                _PLAN,
            ),
            source="Weed 1968, doi 10.1056/NEJM196803142781105; for counselling Cameron & "
            "turtle-song 2002, doi 10.1002/j.1556-6678.2002.tb00193.x",
        ),
        NoteFormat(
            key="dap",
            title="DAP",
            sections=(
                Section("data", "Data", "What was said, seen and measured."),
                _ASSESSMENT,
                _PLAN,
            ),
            source="Usage in counselling: SOAP with its first two sections as one.",
        ),
    )
}
DEFAULT: Final = "soap"
