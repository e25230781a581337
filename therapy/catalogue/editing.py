"""Changing what is said of many tracks at once: looked at first, done as it was looked at, and
undone where nobody changed it since."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from therapy.catalogue.edit_models import CatalogueEdit
from therapy.catalogue.models import Catalogue, Track
from therapy.catalogue.rows import LONGEST_TAG, tidy_tags
from therapy.people.models import Clinic, User
from therapy.records import ConflictError, refuse

EDITED = ("tags", "lyrics", "explicit", "rights")
Changes = Mapping[str, tuple[Any, Any]]
"""Field → what it says now, and what it would say."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What is to be changed of every track; None and empty leave things as they are."""

    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    lyrics: str | None = None
    explicit: bool | None = None
    rights: str | None = None

    def changes_of(self, track: Track) -> Changes:
        """The fields of the track that would say something else."""
        wanted: dict[str, Any] = {"tags": self._tags(track.tags)}
        for name in ("lyrics", "explicit", "rights"):
            if getattr(self, name) is not None:
                wanted[name] = getattr(self, name)
        return {
            name: (getattr(track, name), value)
            for name, value in wanted.items()
            if getattr(track, name) != value
        }

    def _tags(self, tags: Sequence[str]) -> list[str]:
        gone = set(tidy_tags(self.remove_tags))
        return [tag for tag in tidy_tags([*tags, *self.add_tags]) if tag not in gone]


def state_of(tracks: Iterable[Track]) -> str:
    """A digest of what is said of these tracks: another one, if anybody changed any of it."""
    said = sorted([str(one.pk), *(getattr(one, name) for name in EDITED)] for one in tracks)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def checked(edit: Edit) -> Edit:
    """The edit; raises ValidationError by field where it cannot be."""
    problems: dict[str, list[str]] = {}
    too_long = [tag for tag in edit.add_tags if len(tag.strip()) > LONGEST_TAG]
    if too_long:
        problems["add_tags"] = [f"Longer than {LONGEST_TAG} characters: {too_long[0]}."]
    both = sorted(set(tidy_tags(edit.add_tags)) & set(tidy_tags(edit.remove_tags)))
    if both:
        problems["remove_tags"] = [f"To be added as well: {', '.join(both)}."]
    refuse(problems)
    return edit


@transaction.atomic
def edit_tracks(
    *, clinic: Clinic, by: User, tracks: Iterable[Track], edit: Edit, state: str
) -> CatalogueEdit:
    """Do the edit to all tracks, or to none.

    `state` is what `state_of` gave when the edit was looked at. Raises ConflictError when somebody
    changed one of the tracks since, and ValidationError as `checked` does.
    """
    checked(edit)
    held = _locked(track.pk for track in tracks)
    if state_of(held) != state:
        raise ConflictError("Somebody changed one of these tracks meanwhile. Look again.")
    changes = {str(track.pk): edit.changes_of(track) for track in held}
    for track in held:
        _write(track, {name: after for name, (_, after) in changes[str(track.pk)].items()})
    Track.objects.bulk_update(held, EDITED)
    made: CatalogueEdit = CatalogueEdit.objects.create(
        clinic=clinic,
        made_by=by,
        changes={key: {k: list(v) for k, v in one.items()} for key, one in changes.items() if one},
    )
    return made


@transaction.atomic
def undo(edit: CatalogueEdit, *, within: QuerySet[Catalogue]) -> int:
    """Let the tracks of these catalogues say what they said before; what was changed since stays.
    How many tracks it were of which something stayed. Again changes nothing. Raises ConflictError
    where none of the tracks is in these catalogues."""
    held = CatalogueEdit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
    if held.undone_at is not None:
        return 0
    mine = set(within.values_list("pk", flat=True))
    tracks = [track for track in _locked(held.changes) if track.catalogue_id in mine]
    if not tracks:
        raise ConflictError("None of these tracks is yours to change any more. Nothing was undone.")
    whole = 0
    for track in tracks:
        changes = held.changes[str(track.pk)]
        as_left = {
            k: before for k, (before, after) in changes.items() if getattr(track, k) == after
        }
        whole += len(changes) == len(as_left)
        _write(track, as_left)
    Track.objects.bulk_update(tracks, EDITED)
    held.undone_at = timezone.now()
    held.save()
    return len(held.changes) - whole


def _locked(keys: Iterable[Any]) -> list[Track]:
    found = Track.objects.select_for_update(of=("self",)).filter(pk__in=list(keys))
    return list(found.order_by("pk"))


def _write(track: Track, said: Mapping[str, Any]) -> None:
    for name, value in said.items():
        setattr(track, name, value)
