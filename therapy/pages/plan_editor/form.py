"""The form as it is shown: every section's controls, with what was typed and what is wrong."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from therapy.pages.plan_editor import words
from therapy.pages.plan_editor.fields import PARTS, Kind, Options, Part, kind_of
from therapy.pages.plan_editor.music import tags_of, tracks_named
from therapy.pages.plan_editor.typed import MOOD, TAGS, Row, Typed, rows_in
from therapy.pages.plan_values import title_of
from therapy.people.models import Patient
from therapy.people.staff import staff_of
from therapy.plans.comparing import SECTIONS, fields_of
from therapy.plans.naming import TRACKS
from therapy.records import Problems

MORE_ROWS: Final = 3


@dataclass(frozen=True)
class RowShown:
    """One of a field's rows; an empty one waits to be filled."""

    name: str
    number: int
    controls: tuple["Control", ...]
    problems: Sequence[str]


@dataclass(frozen=True)
class Control:
    """One input or group of inputs. `name` is its id too; `texts` are what it holds."""

    name: str
    kind: Kind
    label: str
    texts: Sequence[str]
    problems: Sequence[str] = ()
    help: words.Help = words.NO_HELP
    options: Options = ()
    rows: tuple[RowShown, ...] = ()

    @property
    def text(self) -> str:
        return self.texts[0] if self.texts else ""

    @property
    def template_name(self) -> str:
        """Of a group, its own; one input has the common one."""
        groups = {Kind.ROWS, Kind.TAGS, Kind.TRACKS, Kind.DAYS}
        return f"therapy/plans/editor/{self.kind if self.kind in groups else 'input'}.html"

    @property
    def described_by(self) -> str:
        """The ids of what is said of it."""
        ids = [f"{self.name}_error"] if self.problems else []
        return " ".join([*ids, f"{self.name}_help"] if self.help.text else ids)


@dataclass(frozen=True)
class Section:
    """A part of the form, and what it is about."""

    title: str
    about: str
    controls: tuple[Control, ...]


@dataclass(frozen=True)
class Trouble:
    """A line of the summary: where, and what is wrong there."""

    name: str
    label: str
    texts: Sequence[str]


@dataclass(frozen=True)
class Form:
    sections: tuple[Section, ...]
    troubles: tuple[Trouble, ...]


def form_of(patient: Patient, typed: Typed, problems: Problems, more: str = "") -> Form:
    """The form with what was typed. `more` names the field that several rows are to be added to."""
    options = _options(patient, typed)
    placed = _placed(problems, typed)
    sections = tuple(
        Section(
            title,
            words.SECTIONS[title],
            tuple(_control(name, typed, placed, options, more) for name in fields_of(title)),
        )
        for title in SECTIONS
    )
    labels = {name: label_of(name) for name in MOOD} | {
        one.name: one.label for section in sections for one in _each(section.controls)
    }
    troubles = (
        Trouble(name, labels.get(name, "The plan"), texts) for name, texts in placed.items()
    )
    return Form(sections, tuple(troubles))


def label_of(name: str) -> str:
    """What a field of a plan, or a part of the mood, is called in the form."""
    return f"Mood, {name.removeprefix('mood_')}" if name in MOOD else title_of(name)


def _control(
    name: str, typed: Typed, problems: Problems, options: Mapping[str, Options], more: str
) -> Control:
    kind = kind_of(name)
    return Control(
        name=name,
        kind=kind,
        label=title_of(name),
        texts=typed.getlist(name),
        problems=problems.get(name, ()),
        help=words.help_of(name),
        options=options.get(name, ()),
        rows=_rows(name, typed, problems, more) if kind == Kind.ROWS else (),
    )


def _rows(name: str, typed: Typed, problems: Problems, more: str) -> tuple[RowShown, ...]:
    filled: list[Row] = rows_in(typed, name)
    empty: Row = {part.key: [part.begins] for part in PARTS[name]}
    spare = MORE_ROWS if more == name else 1
    return tuple(
        RowShown(
            f"{name}.{number}",
            number + 1,
            tuple(_part(f"{name}.{number}", part, row, problems) for part in PARTS[name]),
            problems.get(f"{name}.{number}", ()),
        )
        for number, row in enumerate([*filled, *[empty] * spare])
    )


def _part(prefix: str, part: Part, row: Row, problems: Problems) -> Control:
    name = f"{prefix}.{part.key}"
    texts = [text for text in row.get(part.key, ()) if text]
    return Control(name, part.kind, part.label, texts, problems.get(name, ()), options=part.options)


def _placed(problems: Problems, typed: Typed) -> Problems:
    """The problems by the input, row or group that is nearest to what they are about."""
    known = _names(typed)
    placed: Problems = {}
    for key, texts in problems.items():
        name = key
        while name and name not in known:
            name = name.rpartition(".")[0]
        placed.setdefault(name, []).extend(texts)
    return placed


def _names(typed: Typed) -> Collection[str]:
    names = {*MOOD, *(name for title in SECTIONS for name in fields_of(title))}
    for field in PARTS:
        for number in range(len(rows_in(typed, field))):
            names |= {f"{field}.{number}"}
            names |= {f"{field}.{number}.{part.key}" for part in PARTS[field]}
    return names


def _each(controls: Sequence[Control]) -> Iterator[Control]:
    """The controls, with those of their rows."""
    for control in controls:
        yield control
        for row in control.rows:
            title = f"{control.label}, {row.number}"
            yield Control(row.name, control.kind, title, ())
            for part in row.controls:
                yield Control(part.name, part.kind, f"{title}: {part.label}", ())


def _options(patient: Patient, typed: Typed) -> dict[str, Options]:
    """What can be chosen where that is not the same for every patient, and the choices' words."""
    staff = ((str(one.pk), str(one.user)) for one in staff_of(patient.clinic))
    options: dict[str, Options] = {
        name: tuple(choices.items()) for name, choices in words.CHOICES.items()
    }
    counted = tags_of(patient.clinic)
    for name in TAGS:
        options[name] = _tags(counted, typed.getlist(name))
    return options | _tracks(patient, typed) | {"therapist": (("", "nobody named"), *staff)}


def _tags(counted: Mapping[str, int], chosen: Sequence[str]) -> Options:
    """What is ticked, also where no track has it; then the others, the most frequent first."""
    others = [tag for tag in counted if tag not in chosen]
    named = [*dict.fromkeys(chosen), *sorted(others, key=lambda tag: (-counted[tag], tag))]
    return tuple((tag, f"{tag} ({counted.get(tag, 0)})") for tag in named)


def _tracks(patient: Patient, typed: Typed) -> dict[str, Options]:
    chosen = {name: list(dict.fromkeys(typed.getlist(name))) for name in TRACKS}
    titles = tracks_named(patient.clinic, chain.from_iterable(chosen.values()))
    gone = "A track that is in no catalogue of this clinic any more"
    return {
        name: tuple((key, titles.get(key, gone)) for key in keys) for name, keys in chosen.items()
    }
