"""SiTunes as a set of ratings: on the small copy of its layout, and on the data set."""

from pathlib import Path

import numpy as np
import pytest

from adaptation.learning.datasets import situnes
from adaptation.learning.datasets.situnes_ratings import rating_set
from adaptation.learning.ratings import RatingSet
from tests.adaptation.learning.datasets.small_situnes import write
from tests.needs import data_folder


@pytest.fixture
def small(tmp_path: Path) -> RatingSet:
    return rating_set(situnes.read(write(tmp_path)))


def test_every_log_is_a_row(small: RatingSet) -> None:
    rows = [
        (small.user_keys[user], small.item_keys[item], *answers)
        for user, item, answers in zip(small.user, small.item, small.answers, strict=True)
    ]
    assert rows == [
        ("1", "7", 4.0, 0.336, -0.79),
        ("1", "8", 5.0, 0.32, -0.834),
        ("2", "7", 3.0, 0.12, 0.64),
        ("1", "8", 2.0, -0.25, 0.15),
        ("1", "7", 5.0, 0.275, 0.125),
    ]


def test_the_lab_is_auxiliary_and_asked_no_mood_before(small: RatingSet) -> None:
    assert small.series.tolist() == [1, 1, 2, 2, 3]
    assert small.auxiliary.tolist() == [True, True, False, False, False]
    assert np.isnan(small.mood[:2]).all()
    assert small.mood[2:].tolist() == [[0.4775, -0.37], [0.35, -0.4575], [0.28675, 0.23125]]


def test_items_have_the_features_of_the_schema(small: RatingSet) -> None:
    names = situnes.SCHEMA.columns
    assert small.feature_names[: len(names)] == names
    tempo = small.features[:, small.feature_names.index("tempo")]
    assert dict(zip(small.item_keys, tempo, strict=True)) == pytest.approx(
        {"7": 126.951, "8": 119.08}
    )


def test_an_item_has_its_genre(small: RatingSet) -> None:
    genres = [place for place, name in enumerate(small.feature_names) if name.startswith("genre: ")]
    assert genres
    assert small.features[:, genres].sum(axis=1).tolist() == [1.0] * len(small.item_keys)


def test_the_licence_is_told_to_be_missing(small: RatingSet) -> None:
    assert (small.name, small.licence) == ("SiTunes", "none stated; for research")


def test_the_data_set_as_ratings() -> None:
    data = rating_set(situnes.read(data_folder() / "situnes"))
    assert len(data) == 2006
    assert data.features.shape == (945, 19 + 13)
    assert np.isfinite(data.features).all()
    assert (data.answers >= [t.low for t in data.targets]).all()
    assert (data.answers <= [t.high for t in data.targets]).all()
    assert (np.isnan(data.mood).any(axis=1) == data.auxiliary).all()
    assert data.user_keys == tuple(str(number) for number in range(1, 31))
    assert (np.diff(data.order) > 0).all()
