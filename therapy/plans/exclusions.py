"""What a session plan keeps out of every playlist. Masked, never weighed: no liking outbids it."""

import uuid
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from therapy.catalogue.models import Track
from therapy.catalogue.selectors import FeatureTable
from therapy.plans.models import SessionPlan

TEMPO = ("tempo",)
LOUDNESS = ("integrated_loudness", "loudness")  # the first that the schema has
BRIGHTNESS = ("spectral_centroid_mean", "brightness")


def excluded_track_ids(plan: SessionPlan, table: FeatureTable) -> set[uuid.UUID]:
    """The tracks of `table` that `plan` excludes, and its never-tracks wherever they are.

    What is not known counts against a track: lyrics `unknown` where none are wanted, lyrics of an
    unknown language where only some are, or a range of a feature that the schema does not have.
    Reads `never_tracks`, one query if not prefetched.
    """
    return set().union(*excluded_by_rule(plan, table).values())


def excluded_by_rule(plan: SessionPlan, table: FeatureTable) -> dict[str, set[uuid.UUID]]:
    """What each rule of the plan excludes, as `excluded_track_ids` says, by the field that states
    the rule or, of a range, by the name that its two fields share. A track may be under several."""
    only = _folded(plan.only_tags)
    by_track: dict[str, Callable[[Track], bool]] = {
        "explicit_allowed": lambda track: track.explicit and not plan.explicit_allowed,
        "lyrics": lambda track: not _may_be_sung(track, plan),
        "only_tags": lambda track: bool(only) and only.isdisjoint(_folded(track.tags)),
        "excluded_tags": _has_one_of(plan.excluded_tags),
        "triggers": _has_one_of([trigger["tag"] for trigger in plan.triggers]),
    }
    ranges = {
        "tempo": _within(table, TEMPO, plan.tempo_min, plan.tempo_max),
        "loudness": _within(table, LOUDNESS, plan.loudness_min, plan.loudness_max),
        "brightness": _within(table, BRIGHTNESS, plan.brightness_min, plan.brightness_max),
    }
    return {
        "never_tracks": {track.id for track in plan.never_tracks.all()},
        **{
            name: {track.id for track in table.tracks if is_unwanted(track)}
            for name, is_unwanted in by_track.items()
        },
        **{
            name: {track.id for track, is_in in zip(table.tracks, inside, strict=True) if not is_in}
            for name, inside in ranges.items()
        },
    }


def _has_one_of(tags: Iterable[str]) -> Callable[[Track], bool]:
    unwanted = _folded(tags)
    return lambda track: not unwanted.isdisjoint(_folded(track.tags))


def _folded(tags: Iterable[str]) -> set[str]:
    return {tag.strip().casefold() for tag in tags}


def _may_be_sung(track: Track, plan: SessionPlan) -> bool:
    """Whether the track's lyrics, or that it has none, are wanted. `pt` wants `pt-BR`."""
    if plan.lyrics == SessionPlan.LyricsRule.ANY or track.lyrics == Track.Lyrics.NONE:
        return True
    language = track.language.casefold()
    wanted = [tag.casefold() for tag in plan.lyric_languages]
    return plan.lyrics == SessionPlan.LyricsRule.LANGUAGES and any(
        language == tag or language.startswith(f"{tag}-") for tag in wanted
    )


def _within(
    table: FeatureTable, names: tuple[str, ...], low: float | None, high: float | None
) -> NDArray[np.bool_]:
    """Which tracks [N] lie in low..high; all of them where neither bound is asked for."""
    inside = np.ones(len(table.tracks), dtype=np.bool_)
    if low is None and high is None:
        return inside
    columns = [column for name in names if (column := table.column(name)) is not None]
    if not columns:
        return ~inside
    if low is not None:
        inside &= columns[0] >= low
    if high is not None:
        inside &= columns[0] <= high
    return inside
