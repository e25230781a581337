"""A base's file: what was stored comes back, and nothing else is believed or run."""

import io
import os
import pickle
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptation.learning import bases
from adaptation.learning.abstention import Evidence
from adaptation.learning.bases import BadBase, Base
from adaptation.learning.relation import RelationLearner, RelationSettings

ITEMS = {
    "songs/b": np.array([0.5, -0.25, 1 / 3, 2.0, 0.125]),
    "songs/a": np.array([0.0, 0.0, 0.0, -1.0, 1.0]),
}
EVIDENCE = (
    Evidence("liking", "relation", 0.3, 0.05, 0.2, 0.04, 80),
    Evidence("valence", "offset", 1 / 3, 0.01, -0.01, 0.02, 80),
    Evidence("arousal", "population", -0.1, 0.2, 0.0, 0.1, 80),
)


def small() -> Base:
    """With something of everything that a base may hold."""
    torch.manual_seed(1)
    learner = RelationLearner(RelationSettings(features=3, relations=2, items=True))
    learner.load_state_dict({name: torch.rand_like(x) for name, x in learner.state_dict().items()})
    return Base(learner, "three-1", (0.1, 0.0, 0.5), ITEMS, EVIDENCE)


CONTENT = bases.to_bytes(small())


def stored(**changed: object) -> bytes:
    """The same file with some of its entries exchanged."""
    content = io.BytesIO()
    torch.save(torch.load(io.BytesIO(CONTENT), weights_only=True) | changed, content)
    return content.getvalue()


@pytest.mark.parametrize("kind", ["trained", "with all that there is"])
def test_a_base_comes_back_as_it_was(base: Base, kind: str) -> None:
    stored = base if kind == "trained" else small()
    again = bases.from_bytes(bases.to_bytes(stored))
    assert (again.schema, again.transition) == (stored.schema, stored.transition)
    assert again.learner.settings == stored.learner.settings
    assert again.evidence == stored.evidence
    assert list(again.items) == list(stored.items)
    for key, row in stored.items.items():
        np.testing.assert_array_equal(again.items[key], row)
    for name, value in stored.learner.state_dict().items():
        assert torch.equal(again.learner.state_dict()[name], value), name
    assert not again.learner.training


def test_the_base_of_the_tests_says_what_adapting_is_worth(base: Base) -> None:
    assert [found.answer for found in base.evidence] == ["liking", "valence", "arousal"]


def test_a_track_is_read_with_its_item_columns_and_an_unknown_one_with_zeros() -> None:
    content = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    read = small().inputs(content, ["songs/a", "elsewhere/a", "songs/b"])
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read[:, :3], content)
    np.testing.assert_array_equal(read[0, 3:], ITEMS["songs/a"])
    assert not read[1, 3:].any()
    np.testing.assert_allclose(read[2, 3:], ITEMS["songs/b"], rtol=1e-7)
    assert not small().inputs(content, [])[:, 3:].any()  # no keys: nothing is known of any
    assert small().inputs(np.zeros((0, 3)), []).shape == (0, 8)


def test_a_base_without_item_columns_reads_content_alone(base: Base) -> None:
    content = np.ones((2, base.learner.settings.features))
    np.testing.assert_array_equal(base.inputs(content, ["songs/a", ""]), content)


def test_equal_bases_are_equal_bytes() -> None:
    assert bases.to_bytes(small()) == CONTENT == bases.to_bytes(bases.from_bytes(CONTENT))


@pytest.mark.parametrize(
    "content",
    [b"", b"no base", b"PK\x03\x04", CONTENT[:100], CONTENT[: len(CONTENT) // 2], CONTENT[:-1]],
    ids=["empty", "text", "zip's start", "a hundred bytes", "half", "all but a byte"],
)
def test_a_truncated_or_foreign_file_is_no_base(content: bytes) -> None:
    with pytest.raises(BadBase):
        bases.from_bytes(content)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(place=st.integers(0, len(CONTENT) - 1), byte=st.integers(0, 255))
def test_whatever_byte_is_damaged_it_is_refused_or_read_but_never_crashes(
    place: int, byte: int
) -> None:
    damaged = CONTENT[:place] + bytes([byte]) + CONTENT[place + 1 :]
    with suppress(BadBase):
        assert isinstance(bases.from_bytes(damaged), Base)


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_code_in_the_file_is_refused_and_does_not_run(tmp_path: Path) -> None:
    trace = tmp_path / "it ran"
    packed = io.BytesIO()
    torch.save({"format": bases.FORMAT, "weights": Bomb(trace)}, packed)
    inside = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CONTENT)) as good, zipfile.ZipFile(inside, "w") as bad:
        for name in good.namelist():
            is_code = name.endswith("data.pkl")
            bad.writestr(name, pickle.dumps(Bomb(trace), 2) if is_code else good.read(name))
    for content in (pickle.dumps(Bomb(trace), 2), packed.getvalue(), inside.getvalue()):
        with pytest.raises(BadBase):
            bases.from_bytes(content)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Bomb(trace)))
    assert trace.exists()  # so the bomb is one


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (stored(format="attune-base-0"), "attune-base-0"),
        (stored(format="attune-base-2"), "attune-base-2"),
        (stored(settings={"features": 4, "relations": 2, "items": True}), "size mismatch"),
        (stored(settings={"colour": "red"}), "colour"),
        (stored(settings=[3]), "cannot be read"),
        (stored(weights={}), "Missing key"),
        (stored(weights=7), "cannot be read"),
        (stored(transition=None), "cannot be read"),
        (stored(items=None), "cannot be read"),
        (stored(items={"songs/a": [1, 2]}), "cannot be read"),
        (stored(items={"songs/a": torch.zeros(1)}), "an item has not the"),
        (stored(evidence=[{"answer": "liking"}]), "cannot be read"),
    ],
    ids=[
        *("other version", "older version", "other shape", "unknown setting", "no settings"),
        *("none", "no", "null", "no items", "no tensors", "narrow item", "half the evidence"),
    ],
)
def test_a_file_with_other_content_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(BadBase, match=words):
        bases.from_bytes(content)


@pytest.mark.parametrize("content", [[1, 2], torch.zeros(2), 3, "text", None])
def test_a_file_that_holds_something_else_is_refused(content: object) -> None:
    packed = io.BytesIO()
    torch.save(content, packed)
    with pytest.raises(BadBase):
        bases.from_bytes(packed.getvalue())
