"""Which of a definition's languages a patient gets."""

from dataclasses import replace

import pytest

from therapy.measures.languages import language_for
from therapy.measures.registry import measure

PAIN = measure("pain-nrs", 1)
IN_FOUR = replace(PAIN, texts=dict.fromkeys(("en", "de", "pt-BR", "zh-Hans"), PAIN.texts["en"]))


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ([], "en"),
        (["de"], "de"),
        (["DE-at"], "de"),
        (["pt-br"], "pt-BR"),
        (["pt"], "en"),
        (["fr", "de", "en"], "de"),
        (["fr-CH", "*"], "en"),
        (["en-GB", "de"], "en"),
        (["zh-Hans"], "zh-Hans"),
        (["zh-CN"], "zh-Hans"),
        (["zh"], "zh-Hans"),
        (["zh-Hans-SG"], "zh-Hans"),
        (["zh-TW", "de"], "de"),
        (["zh-Hant-CN"], "en"),
    ],
)
def test_the_first_wanted_language_that_is_there(wanted: list[str], language: str) -> None:
    assert language_for(IN_FOUR, wanted) == language
