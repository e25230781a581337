"""Plain titles, each a small scene, by mood; a seed deals them out."""

import random
from typing import Literal

Mood = Literal["calm and bright", "calm and wistful", "lively and bright", "lively and wistful"]

_TITLES: dict[Mood, tuple[str, ...]] = {
    "calm and bright": (
        "First Light on the Harbour",
        "Lanterns along the Canal",
        "Warm Rain on Slate",
        "A Rowing Boat at Noon",
        "White Clouds over the Valley",
        "Dew on the Meadow",
        "An Open Window",
        "Morning Bells",
        "Apple Blossom",
        "The Tide Comes In",
        "Tea in the Garden",
        "Evening Star",
        "Clear Water",
        "The Blue Door",
        "Linen on the Line",
        "A Lamp Left On",
        "Ripening Barley",
        "Wood Smoke and Pears",
    ),
    "calm and wistful": (
        "Late Snow",
        "An Empty Bench",
        "Heron in Grey Water",
        "The Last Ferry",
        "Low Cloud on the Moor",
        "Letters in a Drawer",
        "Candle by the Stairs",
        "Bare Trees",
        "Moonrise over Reeds",
        "A Far Train",
        "The House across the Field",
        "Long Shadows",
    ),
    "lively and bright": (
        "Swallows under the Bridge",
        "Bicycles to the Sea",
        "Market Day",
        "Paper Kites",
        "The Brook Runs Over",
        "Sparrows in the Gutter",
        "Summer Train",
        "Bright Flags",
        "Skipping Stones",
        "Wild Mint",
        "Seven Steps at a Time",
    ),
    "lively and wistful": (
        "Quick Clouds",
        "West Wind",
        "Dry Leaves Turning",
        "Night Bus",
        "Salt Spray",
        "Starlings at Four",
        "Hail on the Roof",
    ),
}


def deal_titles(rng: random.Random, mood: Mood) -> list[str]:
    """All titles of a mood in an order of the seed's choosing."""
    return rng.sample(_TITLES[mood], len(_TITLES[mood]))
