"""The noise of a playlist's choice: the same numbers from the same seed on every phone and here.

Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC '11): a counter
goes in, four 32-bit words come out. It needs no state, 32-bit arithmetic alone, and is the same in
every language; the reference in TypeScript is phone/src/model/noise.ts.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_MULTIPLIERS: Final = (0xD2511F53, 0xCD9E8D57)
_WEYL: Final = (0x9E3779B9, 0xBB67AE85)  # added to the key from round to round
_ROUNDS: Final = 10
_WORD: Final = 0xFFFFFFFF

Words = NDArray[np.uint64]  # each holds 32 bits


def gumbel(seed: int, steps: int, tracks: int) -> NDArray[np.float32]:
    """Standard Gumbel draws [steps, tracks] of a seed 0..2⁶⁴−1, row by row.

    Draw i is −ln(−ln((w + ½) / 2³²)) of word i of the stream, computed in 64 bits: −3.1 to 22.9.
    """
    uniform = (words(seed, steps * tracks) + 0.5) / 2.0**32
    draws: NDArray[np.float32] = (-np.log(-np.log(uniform))).astype(np.float32)
    return draws.reshape(steps, tracks)


def words(seed: int, count: int) -> Words:
    """The first `count` 32-bit words of a seed's stream: block b is what Philox makes of the
    counter (b, 0, 0, 0), with the seed's lower and upper half as the key."""
    blocks = np.arange(-(-count // 4), dtype=np.uint64)
    nought = np.zeros_like(blocks)
    made = philox((blocks, nought, nought, nought), (seed & _WORD, seed >> 32 & _WORD))
    return np.stack(made, axis=1).reshape(-1)[:count]


def philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, ...]:
    """Four words [B] of each of B counters, whose words are [B]."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        p0, p1 = c0 * np.uint64(_MULTIPLIERS[0]), c2 * np.uint64(_MULTIPLIERS[1])
        c0, c1, c2, c3 = (
            (p1 >> np.uint64(32)) ^ c1 ^ np.uint64(k0),
            p1 & np.uint64(_WORD),
            (p0 >> np.uint64(32)) ^ c3 ^ np.uint64(k1),
            p0 & np.uint64(_WORD),
        )
        k0, k1 = k0 + _WEYL[0] & _WORD, k1 + _WEYL[1] & _WORD
    return c0, c1, c2, c3
