"""The starter catalogue covers the plane, and its scores follow their targets."""

from dataclasses import replace

import pytest
from scipy.stats import spearmanr

from adaptation.composing import STARTER_CATALOGUE, Score, compose
from adaptation.composing.score import MINOR_MODES


@pytest.fixture(scope="module")
def scores() -> list[Score]:
    return [
        compose(
            seed=piece.seed, valence=piece.valence, arousal=piece.arousal, seconds=piece.seconds
        )
        for piece in STARTER_CATALOGUE
    ]


def rank_correlation(first: list[float], second: list[float]) -> float:
    return float(spearmanr(first, second).statistic)


def test_there_are_forty_eight_pieces_of_forty_five_to_sixty_seconds() -> None:
    assert len(STARTER_CATALOGUE) == 48
    assert all(45 <= piece.seconds <= 60 for piece in STARTER_CATALOGUE)


def test_titles_slugs_and_seeds_are_unique() -> None:
    for field in ("title", "slug", "seed"):
        values = [getattr(piece, field) for piece in STARTER_CATALOGUE]
        assert len(set(values)) == len(values), field


def test_all_quarters_of_the_plane_are_filled_and_the_calm_half_most() -> None:
    quarters = [(piece.valence > 0, piece.arousal > 0) for piece in STARTER_CATALOGUE]
    assert all(
        quarters.count(quarter) >= 6
        for quarter in [(True, True), (True, False), (False, True), (False, False)]
    )
    assert sum(not lively for _, lively in quarters) > len(quarters) / 2


def test_tags_tell_what_the_score_holds(scores: list[Score]) -> None:
    for piece, score in zip(STARTER_CATALOGUE, scores, strict=True):
        heard = {part.instrument for part in score.parts} - {"bass"}
        named = set(piece.tags) - {"major", "minor", "slow", "moderate", "lively", "waltz"}
        assert named == heard, piece.slug
        assert ("minor" in piece.tags) == score.is_minor
        assert ("waltz" in piece.tags) == (score.beats_per_bar == 3)


def test_instruments_vary_over_the_catalogue(scores: list[Score]) -> None:
    leads = [score.parts[0].instrument for score in scores]
    assert len(set(leads)) >= 5
    assert max(leads.count(lead) for lead in leads) <= len(leads) / 2


def test_tempo_rises_with_arousal(scores: list[Score]) -> None:
    arousal = [piece.arousal for piece in STARTER_CATALOGUE]
    assert rank_correlation(arousal, [score.tempo for score in scores]) > 0.9


def test_note_density_rises_with_arousal(scores: list[Score]) -> None:
    arousal = [piece.arousal for piece in STARTER_CATALOGUE]
    density = [sum(len(part.notes) for part in score.parts) / score.seconds for score in scores]
    assert rank_correlation(arousal, density) > 0.8


def test_the_melody_lies_higher_with_valence(scores: list[Score]) -> None:
    valence = [piece.valence for piece in STARTER_CATALOGUE]
    heights = []
    for score in scores:
        pitches = [note.pitch for note in score.parts[0].notes]
        heights.append(sum(pitches) / len(pitches))
    assert rank_correlation(valence, heights) > 0.4


def test_modes_are_minor_only_below_the_middle_of_valence(scores: list[Score]) -> None:
    for piece, score in zip(STARTER_CATALOGUE, scores, strict=True):
        assert (score.mode in MINOR_MODES) == (piece.valence < 0), piece.slug


def test_calm_pieces_keep_to_a_resting_tempo(scores: list[Score]) -> None:
    calm = [
        score.tempo
        for piece, score in zip(STARTER_CATALOGUE, scores, strict=True)
        if piece.arousal < -0.5
    ]
    assert all(50 <= tempo <= 80 for tempo in calm)


def test_a_slug_that_could_leave_its_folder_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot name a file"):
        replace(STARTER_CATALOGUE[0], slug="../outside")
