"""A base's file: what was stored comes back, and nothing else is believed or run."""

import io
import os
import pickle
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptation.learning import bases
from adaptation.learning.bases import BadBase, Base
from adaptation.learning.relation import RelationLearner, RelationSettings


def small() -> Base:
    torch.manual_seed(1)
    learner = RelationLearner(RelationSettings(features=3, relations=2, hidden=5))
    learner.standardise_by(torch.rand(9, 3), torch.zeros(3))
    return Base(learner, "three-1", (0.1, 0.0, 0.5))


CONTENT = bases.to_bytes(small())


def stored(**changed: object) -> bytes:
    """The same file with some of its entries exchanged."""
    content = io.BytesIO()
    torch.save(torch.load(io.BytesIO(CONTENT), weights_only=True) | changed, content)
    return content.getvalue()


def test_a_base_comes_back_as_it_was(base: Base) -> None:
    again = bases.from_bytes(bases.to_bytes(base))
    assert (again.schema, again.transition) == (base.schema, base.transition)
    assert again.learner.settings == base.learner.settings
    for name, value in base.learner.state_dict().items():
        assert torch.equal(again.learner.state_dict()[name], value), name
    assert not again.learner.training


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
        (stored(settings={"features": 4, "relations": 2, "hidden": 5}), "size mismatch"),
        (stored(settings={"colour": "red"}), "colour"),
        (stored(settings=[3]), "cannot be read"),
        (stored(weights={}), "Missing key"),
        (stored(weights=7), "cannot be read"),
        (stored(transition=None), "cannot be read"),
    ],
    ids=["other version", "other shape", "unknown setting", "no settings", "none", "no", "null"],
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
