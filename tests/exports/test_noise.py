"""The noise of a playlist's choice is what the paper's generator makes, and is Gumbel."""

import numpy as np
import pytest
from scipy import stats

from exports.noise import gumbel, philox, words

# Known answers of Philox4x32-10: `kat_vectors` of Random123, the authors' own library.
KNOWN = [
    ("00000000 00000000 00000000 00000000 00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "answer"), KNOWN)
def test_the_authors_own_answers(given: str, answer: str) -> None:
    *counter, k0, k1 = [int(word, 16) for word in given.split()]
    c0, c1, c2, c3 = (np.array([word], np.uint64) for word in counter)
    found = philox((c0, c1, c2, c3), (k0, k1))
    assert " ".join(f"{int(word[0]):08x}" for word in found) == answer


def test_words_are_the_blocks_one_after_the_other() -> None:
    assert [f"{int(word):08x}" for word in words(0, 5)][:4] == KNOWN[0][1].split()
    assert np.array_equal(words(7, 5), words(7, 400)[:5])
    assert not np.array_equal(words(7, 5), words(7 + 2**32, 5)), "the upper half counts"


def test_draws_are_gumbel_row_by_row() -> None:
    draws = gumbel(3, 8, 5000)
    assert (draws.shape, draws.dtype) == ((8, 5000), np.float32)
    assert np.array_equal(gumbel(3, 2, 5000), draws[:2])
    assert stats.kstest(draws.ravel(), "gumbel_r").pvalue > 0.01
    assert abs(np.corrcoef(draws)[np.triu_indices(8, 1)]).max() < 0.06
