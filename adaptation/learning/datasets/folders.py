"""A folder of ratings, whatever its form."""

from pathlib import Path

from adaptation.learning.datasets import neutral, situnes, situnes_ratings, trompa
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.ratings import RatingSet


def read(folder: Path) -> RatingSet:
    """The ratings in a folder laid out as SiTunes, as TROMPA-MER or in neutral form. Raises
    BadData."""
    if not folder.is_dir():
        raise BadData(f"{folder} is no folder.")
    if (folder / "music_metadata").is_dir():
        return situnes_ratings.rating_set(situnes.read(folder))
    if trompa.holds(folder):
        return trompa.read(folder)
    if not (folder / "ratings.csv").is_file():
        raise BadData(
            f"{folder} holds no ratings that are understood: neither music_metadata/ (SiTunes), "
            f"nor {', '.join(trompa.FILES)} (TROMPA-MER), nor ratings.csv (the neutral form, "
            "docs/evaluation.md)."
        )
    return neutral.read(folder)
