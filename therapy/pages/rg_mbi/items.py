"""What the guidelines ask for, in our words.

Robb, Burns & Carpenter (2011), Journal of Health Psychology 16(2), 342–352,
doi:10.1177/1359105310374781: seven components, A to G, the second of five parts. The update of 2025
(Robb et al., Frontiers in Psychology 16, doi:10.3389/fpsyg.2025.1551920) has eight components: the
name of the intervention is the new one. Its twelve items are not claimed here, only its components.
"""

from dataclasses import dataclass

VERSION = "RG-MBI 2011 (doi:10.1177/1359105310374781)"
UPDATE = "2025 (doi:10.3389/fpsyg.2025.1551920)"


@dataclass(frozen=True)
class Item:
    """`letter` is the guidelines' of 2011, empty where only the update asks; `component` is the
    update's."""

    key: str
    letter: str
    title: str
    asks: str
    component: str


ITEMS = (
    Item("name", "", "Name", "What the intervention is called.", "Name"),
    Item(
        *("theory", "A", "Intervention theory"),
        "Why this music, and how it is expected to bear on the outcomes.",
        "Theory or scientific rationale",
    ),
    Item(
        *("selected_by", "B.1", "Who selects the music"),
        "Investigator, participant from a set or from their own, or tailored by an assessment.",
        "Content",
    ),
    Item("music", "B.2", "Music", "Which recordings, or how it is structured.", "Content"),
    Item(
        *("delivery", "B.3", "How the music is delivered"),
        "Live or recorded; headphones or speakers; who controls the volume; its limit in decibels.",
        "Content",
    ),
    Item("materials", "B.4", "Materials", "Music and other materials.", "Content"),
    Item("strategies", "B.5", "Strategies", "Such as listening or songwriting.", "Content"),
    Item(
        *("schedule", "C", "Delivery schedule"),
        "Number of sessions, how long and how often, practice between them included.",
        "Delivery schedule",
    ),
    Item(
        *("interventionist", "D", "Interventionist"),
        "Qualifications and credentials, and how many there are.",
        "Interventionist",
    ),
    Item(
        *("fidelity", "E", "Treatment fidelity"),
        "What makes sure that it is delivered as intended, and whether it was.",
        "Treatment fidelity",
    ),
    Item(
        *("setting", "F", "Setting"),
        "Where: the place, how private it is, what else is heard.",
        "Setting",
    ),
    Item(
        *("unit", "G", "Unit of delivery"),
        "One person or a group, and of which size.",
        "Individual or group",
    ),
)
