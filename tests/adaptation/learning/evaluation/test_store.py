"""What was worked out is kept, under all that it depends on, whole or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adaptation.learning.evaluation.store import (
    Arrays,
    ResultStore,
    code_digest,
    data_digest,
    write_whole,
)
from tests.adaptation.learning.evaluation.known import known_set

PARTS = {"learner": "offset", "seed": 1, "fold": 2}


class Counted:
    """Makes arrays and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Arrays:
        self.made += 1
        return {"mean": np.arange(6.0).reshape(2, 3) + self.made}


def test_the_same_parts_are_made_once_and_others_anew(tmp_path: Path) -> None:
    make = Counted()
    first = ResultStore(tmp_path).once(PARTS, make)
    again = ResultStore(tmp_path).once(dict(reversed(PARTS.items())), make)
    assert make.made == 1
    np.testing.assert_array_equal(first["mean"], again["mean"])
    ResultStore(tmp_path).once({**PARTS, "fold": 3}, make)
    assert make.made == 2


def test_fresh_makes_anew_and_keeps_that(tmp_path: Path) -> None:
    make = Counted()
    ResultStore(tmp_path).once(PARTS, make)
    fresh = ResultStore(tmp_path, fresh=True).once(PARTS, make)
    assert make.made == 2
    kept = ResultStore(tmp_path).once(PARTS, make)
    assert make.made == 2
    np.testing.assert_array_equal(kept["mean"], fresh["mean"])


@pytest.mark.parametrize("kept", [b"", b"PK\x03\x04 and no more", b"\x93NUMPY"])
def test_a_broken_file_is_made_again(tmp_path: Path, kept: bytes) -> None:
    make = Counted()
    store = ResultStore(tmp_path)
    store.once(PARTS, make)
    (path,) = store.folder.iterdir()
    path.write_bytes(kept)
    assert store.once(PARTS, make)["mean"][0, 0] == 2
    assert ResultStore(tmp_path).once(PARTS, make)["mean"][0, 0] == 2


def test_a_file_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    make = Counted()
    store = ResultStore(tmp_path)
    store.once(PARTS, make)
    (path,) = store.folder.iterdir()
    whole = path.read_bytes()
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        before = make.made
        store.once(PARTS, make)
        assert make.made == before + 1, end


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)

    def fail() -> Arrays:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        store.once(PARTS, fail)
    assert not list(tmp_path.rglob("*.npz"))
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_whole(tmp_path / "taken", b"words")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_file_is_replaced_and_never_written_over(tmp_path: Path) -> None:
    """Who has the older one open reads all of it."""
    path = tmp_path / "result.json"
    write_whole(path, b"older")
    with path.open("rb") as older:
        write_whole(path, b"new")
        assert older.read() == b"older"
    assert path.read_bytes() == b"new"


def test_changed_code_has_another_digest(tmp_path: Path) -> None:
    (tmp_path / "learners").mkdir()
    module = tmp_path / "learners" / "one.py"
    module.write_text("A = 1\n")
    digests = [code_digest(tmp_path)]
    module.write_text("A = 2\n")
    digests.append(code_digest(tmp_path))
    module.rename(module.with_name("two.py"))
    digests.append(code_digest(tmp_path))
    (tmp_path / "learners" / "notes.txt").write_text("not code")
    assert code_digest(tmp_path) == digests[-1]
    assert len(set(digests)) == 3


def test_the_code_that_counts_is_the_learners_and_the_harness() -> None:
    from adaptation.learning.evaluation import store

    names = {str(path.relative_to(store.CODE)) for path in store.CODE.rglob("*.py")}
    assert {"ratings.py", "learners/base.py", "evaluation/store.py"} <= names
    assert code_digest() == code_digest(store.CODE)


def test_results_of_other_code_are_not_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Counted()
    ResultStore(tmp_path).once(PARTS, make)
    monkeypatch.setattr("adaptation.learning.evaluation.store.code_digest", lambda: "0" * 64)
    ResultStore(tmp_path).once(PARTS, make)
    assert make.made == 2


def test_what_was_made_while_the_code_was_edited_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = iter(["1" * 64, "2" * 64])
    monkeypatch.setattr("adaptation.learning.evaluation.store.code_digest", lambda: next(digests))
    make = Counted()
    assert ResultStore(tmp_path).once(PARTS, make)["mean"][0, 0] == 1
    assert not list(tmp_path.rglob("*.npz"))


def test_any_change_of_the_data_changes_their_digest() -> None:
    data = known_set()
    answers = data.answers.copy()
    answers[3, 1] += 1e-9
    changed = [
        replace(data, answers=answers),
        replace(data, user=data.user[::-1].copy()),
        replace(data, item_keys=data.item_keys[::-1]),
        replace(data, targets=(replace(data.targets[0], liked_from=3.0), data.targets[1])),
        replace(data, groups={}),
        replace(data, auxiliary=~data.auxiliary),
        data.rows(np.arange(5)),
    ]
    digests = {data_digest(each) for each in (data, *changed)}
    assert len(digests) == 1 + len(changed)
    assert data_digest(known_set()) == data_digest(data)
