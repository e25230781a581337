"""Bringing recordings into a catalogue: what is usable goes in, the rest is named with its
reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File

from adaptation import workbench
from adaptation.audio import TrackAnalysis
from adaptation.schemas import ATTUNE_AUDIO
from adaptation.services import store_schema
from adaptation.sounds import sound_of
from therapy.catalogue.services import TrackRow, store_tracks
from therapy.management.progress import Progress
from therapy.models import Catalogue, FeatureSchema, Track, TrackSound

NAME_TAKEN = (
    "The catalogue has another recording of this name, which would be replaced. Rename the file."
)


class End(StrEnum):
    """What became of a file: it is a track now, or was there already, or cannot be used."""

    STORED = "stored"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True)
class Came:
    """One file or line, by its name; `said` is why it was refused, or of which track it is a copy.
    `track` is the external id of the track that it is now, or is a copy of."""

    name: str
    end: End
    said: str = ""
    track: str = ""


@dataclass
class Ingested:
    """What came in, and what did not: (name, reason)."""

    stored: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def add(self, came: Came) -> None:
        match came.end:
            case End.STORED:
                self.stored.append(came.name)
            case End.KNOWN:
                self.known.append(f"{came.name} ({came.said})" if came.said else came.name)
            case End.REFUSED:
                self.refused.append((came.name, came.said))


@dataclass(frozen=True, kw_only=True)
class Given:
    """What whoever brings recordings says of all of them."""

    rights: str = ""
    artist: str = ""
    tags: Sequence[str] = ()
    lyrics: str = Track.Lyrics.UNKNOWN
    explicit: bool = False


@dataclass(frozen=True)
class Source:
    """A file, and the name that it gets in the catalogue: its path below what was named."""

    path: Path
    name: str


def files_below(paths: Iterable[Path]) -> Iterator[Source]:
    """The files named, and those in the folders named, hidden ones left out."""
    for path in paths:
        if not path.is_dir():
            yield Source(path, path.name)
            continue
        for inner in sorted(path.rglob("*")):
            relative = inner.relative_to(path)
            if inner.is_file() and not any(part.startswith(".") for part in relative.parts):
                yield Source(inner, relative.as_posix())


def ingest_recordings(
    *,
    catalogue: Catalogue,
    sources: Iterable[Source],
    given: Given,
    progress: Progress,
    keep_copies: bool = False,
) -> Ingested:
    """As `recordings_coming_in`, several at a time; a file whose name is taken by another recording
    replaces that."""
    outcome = Ingested()
    named = list(sources)
    coming = recordings_coming_in(
        catalogue=catalogue,
        sources=named,
        given=given,
        analyse_all=workbench.analyse_all,
        keep_copies=keep_copies,
        replace=True,
    )
    for done, came in enumerate(coming, start=1):
        progress(done, len(named), came.name)
        outcome.add(came)
    return outcome


def recordings_coming_in(
    *,
    catalogue: Catalogue,
    sources: Iterable[Source],
    given: Given,
    analyse_all: workbench.AnalyseAll,
    keep_copies: bool,
    replace: bool,
) -> Iterator[Came]:
    """Analyse recordings and store them with their sound under the schema of audio features; each
    as it is done.

    A recording whose very bytes the catalogue has already is left alone, and so is a copy of one in
    another format, at another bit rate or loudness, unless `keep_copies`. A file whose name another
    recording has is refused, unless `replace`.
    """
    schema = store_schema(ATTUNE_AUDIO)
    refused = Ingested()
    named = _named(sources, refused)
    yield from (Came(name, End.REFUSED, reason) for name, reason in refused.refused)
    held = _Held(catalogue)
    for analysed in analyse_all(named):
        name = named[analysed.path]
        if analysed.analysis is None:
            yield Came(name, End.REFUSED, analysed.refusal)
            continue
        twin = held.by_bytes.get(analysed.analysis.content_sha256)
        if twin is not None:
            said = "" if twin == name else f"the same recording as {twin}"
            yield Came(name, End.KNOWN, said, twin)
            continue
        if not replace and name in held.names:
            yield Came(name, End.REFUSED, NAME_TAKEN, name)
            continue
        yield _take_in(held, schema, given, analysed.path, name, analysed.analysis, keep_copies)


class _Held:
    """What a catalogue has, by bytes, by recording and by name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        tracks = Track.objects.filter(catalogue=catalogue)
        self.names = set(tracks.values_list("external_id", flat=True))
        self.by_bytes = dict(tracks.exclude(audio="").values_list("audio_sha256", "external_id"))
        sounds = TrackSound.objects.filter(track__catalogue=catalogue)
        self.by_recording = dict(sounds.values_list("recording", "track__external_id"))


def _take_in(
    held: _Held,
    schema: FeatureSchema,
    given: Given,
    path: Path,
    name: str,
    analysis: TrackAnalysis,
    keep_copies: bool,
) -> Came:
    sound = sound_of(analysis.outline, seconds=analysis.duration_seconds)
    original = held.by_recording.get(sound.recording, name)
    if original != name and not keep_copies:
        return Came(name, End.KNOWN, f"the same recording as {original}", original)
    with path.open("rb") as file:
        row = TrackRow(
            external_id=name,
            title=title_of(Path(name)),
            values=analysis.values,
            duration_seconds=analysis.duration_seconds,
            true_peak_dbtp=analysis.true_peak_dbtp,
            artist=given.artist,
            tags=given.tags,
            lyrics=given.lyrics,
            explicit=given.explicit,
            rights=given.rights,
            audio=File(file, name=path.name),
            sound=sound,
        )
        came = store_row(held.catalogue, schema, row, name)
    if came.end == End.STORED:
        held.names.add(name)
        held.by_bytes[analysis.content_sha256] = name
        held.by_recording[sound.recording] = name
    return came


def title_of(path: Path) -> str:
    """A readable title from a file name."""
    return path.stem.replace("_", " ").replace("  ", " ").strip()[:200] or path.name[:200]


def _named(sources: Iterable[Source], outcome: Ingested) -> dict[Path, str]:
    """The files that are there, with their names. Of two that would have one name, as two discs
    have a first track each, the second is refused: it would replace the first."""
    taken: dict[str, Path] = {}
    for source in sources:
        if not source.path.is_file():
            outcome.refused.append((source.name, "There is no such file."))
        elif taken.setdefault(source.name, source.path) != source.path:
            reason = (
                f"{source.path} would have the name of {taken[source.name]}. "
                "Name the folder that holds both."
            )
            outcome.refused.append((source.name, reason))
    return {path: name for name, path in taken.items()}


def store_row(catalogue: Catalogue, schema: FeatureSchema, row: TrackRow, name: str) -> Came:
    """Store one track; what is wrong with it becomes the reason why it is refused."""
    try:
        counts = store_tracks(catalogue=catalogue, schema=schema, rows=[row])
    except ValidationError as problem:
        return Came(name, End.REFUSED, " ".join(problem.messages))
    return Came(name, End.KNOWN if counts.unchanged else End.STORED, track=row.external_id)
