"""Which data set a folder holds."""

from pathlib import Path

import pytest

from adaptation.learning.datasets import folders
from adaptation.learning.datasets.bad_data import BadData
from tests.adaptation.learning.datasets import neutral_files, small_situnes
from tests.adaptation.learning.evaluation.known import known_set
from tests.needs import data_folder


def test_situnes_is_known_by_its_layout(tmp_path: Path) -> None:
    assert folders.read(small_situnes.write(tmp_path)).name == "SiTunes"


def test_trompa_is_known_by_its_layout() -> None:
    assert folders.read(data_folder() / "trompa_mer").name == "TROMPA-MER"


def test_the_neutral_form_is_known_by_its_ratings(tmp_path: Path) -> None:
    assert folders.read(neutral_files.write(tmp_path, known_set())).name == "known"


def test_a_copy_that_lacks_files_is_said_to_lack_them(tmp_path: Path) -> None:
    small_situnes.write(tmp_path)
    (tmp_path / small_situnes.FILES[0]).unlink()
    with pytest.raises(BadData, match=r"music_info.csv is missing"):
        folders.read(tmp_path)


def test_any_other_folder_is_refused_with_what_would_do(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"music_metadata/ \(SiTunes\).*annotations.csv.*ratings.csv"):
        folders.read(tmp_path)
    with pytest.raises(BadData, match="nowhere is no folder"):
        folders.read(tmp_path / "nowhere")
