"""The neutral form: what is written comes back, and what is wrong is refused with its place."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptation.learning.datasets import neutral
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.evaluation.store import data_digest
from tests.adaptation.learning.datasets.neutral_files import write
from tests.adaptation.learning.evaluation.known import known_set

RATINGS = "user,item,liking\nann,x,4\nann,y,2\nbob,y,5\n"


def ratings(folder: Path, text: str) -> Path:
    (folder / "ratings.csv").write_text(text)
    return folder


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    data = known_set()
    assert data_digest(neutral.read(write(tmp_path, data))) == data_digest(data)


def test_ratings_alone_are_enough(tmp_path: Path) -> None:
    data = neutral.read(ratings(tmp_path / ".", RATINGS))
    assert (data.name, data.licence) == (tmp_path.name, "not stated")
    assert (data.user_keys, data.item_keys) == (("ann", "bob"), ("x", "y"))
    assert (data.user.tolist(), data.item.tolist()) == ([0, 0, 1], [0, 1, 1])
    assert data.answers.tolist() == [[4], [2], [5]]
    (target,) = data.targets
    assert (target.name, target.low, target.high) == ("liking", 2, 5)
    assert (target.carries, target.liked_from) == (None, None)
    assert data.features.shape == (2, 0)
    assert data.order.tolist() == [0, 1, 2]
    assert not data.auxiliary.any()
    assert set(data.series) == {0}
    assert np.isnan(data.mood).all()
    assert data.groups == {}


def test_targets_may_have_gaps_and_series_names(tmp_path: Path) -> None:
    text = "user,item,liking,calm,series\nann,x,4,,home\nann,y,,0.5,clinic\n"
    data = neutral.read(ratings(tmp_path, text))
    np.testing.assert_array_equal(data.answers, [[4, np.nan], [np.nan, 0.5]])
    assert data.series.tolist() == [1, 0]


def test_moods_carry_where_they_were_asked_before(tmp_path: Path) -> None:
    text = (
        "user,item,liking,arousal,valence,pre_valence,pre_arousal\n"
        "ann,x,4,0.1,0.2,0.3,0.4\nann,y,2,0.1,0.2,,\n"
    )
    data = neutral.read(ratings(tmp_path, text))
    assert [(t.name, t.carries, t.low, t.high) for t in data.targets] == [
        ("liking", None, 2, 4),
        ("arousal", 1, -1, 1),
        ("valence", 0, -1, 1),
    ]
    np.testing.assert_array_equal(data.mood, [[0.3, 0.4], [np.nan, np.nan]])


def test_a_valence_without_a_mood_before_is_an_answer_like_others(tmp_path: Path) -> None:
    data = neutral.read(ratings(tmp_path, "user,item,valence\nann,x,4\nann,y,9\n"))
    assert (data.targets[0].carries, data.targets[0].high) == (None, 9)


def test_a_spreadsheets_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text("\ufeff" + RATINGS + "\n\n", encoding="utf-8")
    assert len(neutral.read(tmp_path)) == 3


def test_an_empty_cell_of_a_group_is_unknown(tmp_path: Path) -> None:
    ratings(tmp_path, RATINGS)
    (tmp_path / "users.csv").write_text("user,language\nbob,\nann,es\ncyd,ca\n")
    assert neutral.read(tmp_path).groups == {"language": ["es", "unknown"]}


def test_items_that_nobody_rated_are_kept(tmp_path: Path) -> None:
    ratings(tmp_path, RATINGS)
    (tmp_path / "items.csv").write_text("item,tempo\nz,90\ny,80\nx,70\n")
    data = neutral.read(tmp_path)
    assert data.item_keys == ("z", "y", "x")
    assert data.item.tolist() == [2, 1, 1]
    assert data.features.tolist() == [[90], [80], [70]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "ratings.csv has no column user, item"),
        ("user,item,liking\n", "has a header and no ratings"),
        ("user,liking\nann,1\n", "has no column item"),
        ("user,item\nann,x\n", "has no column of answers"),
        ("user,item,a,a\nann,x,1,2\n", "has the column a twice"),
        ("user,item,liking\nann,x,1\n,y,2\n", "line 3: user is empty"),
        ("user,item,liking\nann,,1\n", "line 2: item is empty"),
        ("user,item,liking\nann,x,good\n", "line 2: 'good' under liking is no number"),
        ("user,item,liking\nann,x,nan\n", "line 2: 'nan' under liking is no number"),
        ("user,item,liking\nann,x,inf\n", "line 2: 'inf' under liking is no number"),
        ("user,item,liking\nann,x,1\nann,y,\n", "line 3: nothing is answered"),
        ("user,item,liking,calm\nann,x,1,\n", "nobody answered calm"),
        ("user,item,liking\nann,x\n", "line 2: it has fewer cells"),
        ("user,item,liking\nann,x,1,2\n", "line 2: it has more cells"),
        ("user,item,a,order\nann,x,1,\n", "line 2: order is empty"),
        ("user,item,a,order\nann,x,1,late\n", "line 2: 'late' under order"),
        ("user,item,a,series\nann,x,1,\n", "line 2: series is empty"),
        ("user,item,a,auxiliary\nann,x,1,perhaps\n", "auxiliary is 'perhaps'. Write 0 or 1"),
        ("user,item,a,pre_valence\nann,x,1,0\n", "Give both or none"),
        ("user,item,a,pre_valence,pre_arousal\nann,x,1,0,\n", "line 2: .* Give both or none"),
        ("user,item,a,pre_valence,pre_arousal\nann,x,1,0,7\n", r"pre_arousal is 7, outside -1..1"),
        (
            "user,item,post_valence,pre_valence,pre_arousal\nann,x,0,0,0\n",
            "is post_valence the mood after.* is called valence: rename it",
        ),
        (
            "user,item,valence,pre_valence,pre_arousal\nann,x,3,0,0\n",
            r"line 2: valence is 3, outside -1..1",
        ),
    ],
)
def test_bad_ratings_are_refused_with_their_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadData, match=words) as refused:
        neutral.read(ratings(tmp_path, text))
    assert str(tmp_path / "ratings.csv") in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("items.csv", "item,tempo\nx,1\n", "ratings.csv, line 3: item 'y' is not in items.csv"),
        ("items.csv", "item,tempo\nx,1\ny,\n", "items.csv, line 3: tempo is empty"),
        ("items.csv", "item,tempo\nx,1\ny,fast\n", "items.csv, line 3: 'fast' under tempo"),
        ("items.csv", "item,tempo\nx,1\ny,2\nx,3\n", "line 4: item 'x' stands on line 2 already"),
        ("items.csv", "track,tempo\nx,1\n", "items.csv has no column item"),
        ("users.csv", "user,age\nann,9\n", "ratings.csv, line 4: user 'bob' is not in users.csv"),
        ("users.csv", "user,age\nann,9\nann,9\n", "line 3: user 'ann' stands on line 2 already"),
    ],
)
def test_bad_tables_of_items_and_users_are_refused_with_their_place(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    ratings(tmp_path, RATINGS)
    (tmp_path / name).write_text(text)
    with pytest.raises(BadData, match=words):
        neutral.read(tmp_path)


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ('{"name": "a",\n"licence" "b"}', "data.json, line 2"),
        ("[]", "the file must be an object"),
        ({"license": "CC0"}, "'license', which is none of licence, name, simulated, targets"),
        ({"name": 3}, "name must be words in quotes"),
        ({"licence": " "}, "licence must be words in quotes"),
        ({"simulated": "no"}, "simulated must be true or false"),
        ({"targets": []}, "targets must be an object"),
        ({"targets": {"calm": {}}}, "target calm is no column of ratings.csv"),
        ({"targets": {"user": {}}}, "target user is no column of ratings.csv"),
        ({"targets": {"liking": 3}}, "target liking must be an object"),
        ({"targets": {"liking": {"min": 1}}}, "'min', which is none of high, liked_from, low"),
        ({"targets": {"liking": {"low": "1"}}}, "low of target liking must be a number"),
        ({"targets": {"liking": {"low": True}}}, "low of target liking must be a number"),
        ('{"targets": {"liking": {"low": NaN}}}', "low of target liking must be a number"),
        ({"targets": {"liking": {"low": 5, "high": 5}}}, "low of target liking must be less"),
        ({"targets": {"liking": {"high": 5, "liked_from": 6}}}, "outside low..high"),
        ({"targets": {"liking": {"high": 4}}}, r"line 4: liking is 5, outside 2..4"),
    ],
)
def test_a_bad_description_is_refused(tmp_path: Path, description: Any, words: str) -> None:
    ratings(tmp_path, RATINGS)
    text = description if isinstance(description, str) else json.dumps(description)
    (tmp_path / "data.json").write_text(text)
    with pytest.raises(BadData, match=words):
        neutral.read(tmp_path)


def test_people_may_be_said_not_to_exist(tmp_path: Path) -> None:
    ratings(tmp_path, RATINGS)
    assert not neutral.read(tmp_path).simulated
    (tmp_path / "data.json").write_text('{"simulated": true}')
    assert neutral.read(tmp_path).simulated


def test_a_mood_has_the_scale_of_the_mood_before(tmp_path: Path) -> None:
    ratings(tmp_path, "user,item,valence,pre_valence,pre_arousal\nann,x,0.3,0,0\n")
    description = {"targets": {"valence": {"low": -1, "high": 1, "liked_from": 0.5}}}
    (tmp_path / "data.json").write_text(json.dumps(description))
    assert neutral.read(tmp_path).targets[0].liked_from == 0.5
    (tmp_path / "data.json").write_text(json.dumps({"targets": {"valence": {"high": 9}}}))
    with pytest.raises(BadData, match=r"valence is a mood beside pre_valence .* Rescale it"):
        neutral.read(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_bytes(b"user,item,liking\n\xff\xfe,x,1\n")
    with pytest.raises(BadData, match="no UTF-8 text"):
        neutral.read(tmp_path)
    ratings(tmp_path, RATINGS)
    (tmp_path / "data.json").write_bytes(b"\xff\xfe")
    with pytest.raises(BadData, match="no UTF-8 text"):
        neutral.read(tmp_path)
