"""Rating sets made up from a linear world whose truth is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from adaptation.learning.ratings import Floats, RatingSet, Target, Whole

FEATURES = 5
AXES = {"valence": 0, "arousal": 1}
LIKING_UNIT, MOOD_UNIT = 0.5, 0.22  # one unit of the linear world, in units of the answer


@dataclass(frozen=True)
class LinearWorld:
    """y = unit · (features·w + item effect + offset + slopes·features[:2] + carry·mood + noise)."""

    ratings: RatingSet
    expected: Floats  # [R, T] on the targets' own scales: the answers before noise
    offsets: Floats  # [U, T] on the targets' own scales
    noise: Floats  # [T] standard deviation on the targets' own scales


def linear_set(
    *,
    people: int = 20,
    items: int = 40,
    ratings: int = 25,
    targets: Sequence[str] = ("liking", "valence", "arousal"),
    seed: int = 0,
    moods: bool = True,
) -> RatingSet:
    """Each of `people` rates `ratings` of `items`. Without `moods` none was asked before."""
    return linear_world(
        people=people, items=items, ratings=ratings, targets=targets, seed=seed, moods=moods
    ).ratings


def linear_world(
    *,
    people: int = 20,
    items: int = 40,
    ratings: int = 25,
    targets: Sequence[str] = ("liking", "valence", "arousal"),
    seed: int = 0,
    moods: bool = True,
    offset: float = 0.7,
    slope: float = 0.4,
    item_effect: float = 0.4,
    noise: float = 0.6,
) -> LinearWorld:
    """As `linear_set`, with the standard deviations of offsets, slopes, item effects and noise."""
    draw = np.random.default_rng(seed)
    kinds = tuple(target_named(name) for name in targets)
    width = len(kinds)
    features = draw.normal(size=(items, FEATURES))
    weights = draw.normal(size=(FEATURES, width)) * 0.3
    effects = draw.normal(size=(items, width)) * item_effect
    offsets = draw.normal(size=(people, width)) * offset
    slopes = draw.normal(size=(people, 2, width)) * slope
    user = np.repeat(np.arange(people), ratings)
    item = np.concatenate([_some(draw, items, ratings) for _ in range(people)])
    before = np.clip(draw.normal(size=(len(user), 2)) * 0.4, -1, 1)
    mood = before if moods else np.full_like(before, np.nan)
    world = features[item] @ weights + effects[item] + offsets[user]
    world += np.einsum("nf,nft->nt", features[item][:, :2], slopes[user])
    world += np.nan_to_num(mood) @ _carried(kinds)
    middle = np.array([(kind.low + kind.high) / 2 for kind in kinds])
    unit = np.array([LIKING_UNIT if kind.carries is None else MOOD_UNIT for kind in kinds])
    answers = middle + unit * (world + draw.normal(size=world.shape) * noise)
    low, high = np.array([(kind.low, kind.high) for kind in kinds]).T
    return LinearWorld(
        RatingSet(
            name="linear",
            licence="made up",
            targets=kinds,
            feature_names=tuple(f"feature {number}" for number in range(FEATURES)),
            features=features,
            item_keys=tuple(f"item {number}" for number in range(items)),
            user_keys=tuple(f"person {number}" for number in range(people)),
            user=user,
            item=item,
            answers=np.clip(answers, low, high),
            mood=mood,
            order=np.tile(np.arange(ratings, dtype=float), people),
            series=user.copy(),
            auxiliary=np.zeros(len(user), bool),
        ),
        middle + unit * world,
        offsets * unit,
        noise * unit,
    )


def target_named(name: str) -> Target:
    """A mood axis by its name; anything else is a liking."""
    if name in AXES:
        return Target(name, -1.0, 1.0, carries=AXES[name])
    return Target(name, 1.0, 5.0, liked_from=4.0)


def _carried(kinds: Sequence[Target]) -> Floats:
    """[2, T]: how far each mood axis persists into each answer."""
    carried = np.zeros((2, len(kinds)))
    for place, kind in enumerate(kinds):
        if kind.carries is not None:
            carried[kind.carries, place] = 1.5
    return carried


def _some(draw: np.random.Generator, items: int, ratings: int) -> Whole:
    """Different items as far as there are enough."""
    return draw.choice(items, ratings, replace=ratings > items)
