"""What a session plan keeps out of every playlist. Masked, never weighed: no liking outbids it."""

import uuid

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
    never = {track.id for track in plan.never_tracks.all()}
    outside = ~(
        _within(table, TEMPO, plan.tempo_min, plan.tempo_max)
        & _within(table, LOUDNESS, plan.loudness_min, plan.loudness_max)
        & _within(table, BRIGHTNESS, plan.brightness_min, plan.brightness_max)
    )
    return never | {
        track.id
        for track, is_outside in zip(table.tracks, outside, strict=True)
        if is_outside or _is_unwanted(track, plan)
    }


def _is_unwanted(track: Track, plan: SessionPlan) -> bool:
    if track.explicit and not plan.explicit_allowed:
        return True
    if track.lyrics != Track.Lyrics.NONE and not _may_be_sung(track, plan):
        return True
    tags = {tag.casefold() for tag in track.tags}
    only = {tag.casefold() for tag in plan.only_tags}
    excluded = {tag.casefold() for tag in plan.excluded_tags}
    excluded |= {trigger["tag"].strip().casefold() for trigger in plan.triggers}
    return not excluded.isdisjoint(tags) or bool(only and only.isdisjoint(tags))


def _may_be_sung(track: Track, plan: SessionPlan) -> bool:
    """Whether the lyrics of a track that has some, or may have, are wanted. `pt` wants `pt-BR`."""
    if plan.lyrics == SessionPlan.LyricsRule.ANY:
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
