"""What a measure is: what is asked, what may be answered, how it is scored, and who says so.

A published definition never changes: an answer keeps the version that it was given to. Another
wording, another cut-off, another source is the next version. Only a language may come later: its
texts are another entry of `texts`, and touch none that are there.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

Standing = Literal["primary", "secondary"]
ENGLISH = "en"  # every definition has it


@dataclass(frozen=True, kw_only=True)
class Source:
    """A publication. `short` is what a page has room for; `doi` is bare, and empty without one."""

    short: str
    citation: str
    doi: str = ""


@dataclass(frozen=True, kw_only=True)
class Licence:
    """On what terms the measure may be used, and who says so."""

    terms: str
    according_to: str


@dataclass(frozen=True, kw_only=True)
class Choices:
    """One of a few values. Texts have as many labels under `key`, in the same order."""

    key: str
    values: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A point between two ends. Texts have two labels under `key`, for the lowest and the highest.

    `whole`: only whole numbers.
    """

    key: str
    lowest: float
    highest: float
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question. Only an `optional` one, which counts in no scale, may stay without an answer.

    `asks_about_self_harm`: an answer above 0 needs a safety check, at once.
    """

    id: str
    answer: Choices | Line
    optional: bool = False
    asks_about_self_harm: bool = False


@dataclass(frozen=True, kw_only=True)
class Band:
    """What the source calls scores from `lowest` to `highest`, both included."""

    lowest: int
    highest: int
    name: str


@dataclass(frozen=True, kw_only=True)
class CutOff:
    """A score from which on the source says something more, and what. Never a diagnosis."""

    at_least: float
    says: str
    source: Source
    standing: Standing = "primary"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A difference between two scores of one person that means something.

    `reliable`: more than the measure's own unreliability explains. `important`: patients, or
    another measure, say that something changed. `secondary`: known from a source that cites
    another, or that computed it from others' figures.
    """

    kind: Literal["reliable", "important"]
    at_least: float
    population: str
    source: Source
    standing: Standing = "primary"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A score: the sum of its items' answers, in lowest..highest.

    Bands, where there are any, cover that range without a gap, and have one source.
    """

    key: str
    title: str
    items: tuple[str, ...]
    lowest: float
    highest: float
    bands: tuple[Band, ...] = ()
    bands_source: Source | None = None
    cut_offs: tuple[CutOff, ...] = ()
    changes: tuple[Change, ...] = ()
    loinc: str = ""


@dataclass(frozen=True, kw_only=True)
class Text:
    """All that a patient reads, in one language. `items` by item, `labels` by Choices or Line."""

    instruction: str
    items: Mapping[str, str]
    labels: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One version of a measure. `texts` by BCP 47 tag, English among them."""

    key: str
    version: int
    title: str
    licence: Licence
    source: Source
    population: str
    recall: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    texts: Mapping[str, Text] = field(hash=False)
    note: str = ""

    def __str__(self) -> str:
        return f"{self.key} version {self.version}"


def content_digest(definition: Definition) -> str:
    """SHA-256 in hexadecimal over all of a version but its texts."""
    content = asdict(definition)
    del content["texts"]
    return _digest(content)


def text_digest(text: Text) -> str:
    """SHA-256 in hexadecimal over what a patient reads in one language."""
    return _digest(asdict(text))


def _digest(content: object) -> str:
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
