"""The catalogue within the form: its tags, and tracks by search."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from therapy.catalogue.selectors import tracks_of
from therapy.pages import catalogue_listing as listing
from therapy.people.models import Clinic, User
from therapy.people.selectors import is_uuid

FOUND_SHOWN: Final = 8


@dataclass(frozen=True)
class Found:
    """What a search found: the first rows by title, and how many there are."""

    rows: list[listing.TrackRow]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def tags_of(clinic: Clinic) -> Mapping[str, int]:
    """The tags that the clinic's tracks have, with how many tracks have each. One query."""
    listed = tracks_of(clinic).order_by().values_list("tags", flat=True)
    return Counter(tag for tags in listed for tag in set(tags))


def search_tracks(user: User, clinic: Clinic, search: str) -> Found | None:
    """Tracks of the clinic with the text in title, artist or tags; None where nothing is asked."""
    search = search.replace("\0", "").strip()
    if not search:
        return None
    tracks = listing.tracks_found(user=user, catalogue=None, search=search)
    tracks = tracks.filter(catalogue__clinics=clinic)
    return Found(listing.rows_of(tracks[:FOUND_SHOWN]), tracks.count())


def tracks_named(clinic: Clinic, ids: Iterable[str]) -> dict[str, str]:
    """The title and artist of the clinic's tracks with these ids, as far as there are such."""
    known = [text for text in ids if is_uuid(text)]
    return {
        str(track.id): f"{track.title}, {track.artist}" if track.artist else track.title
        for track in tracks_of(clinic).filter(id__in=known)
    }
