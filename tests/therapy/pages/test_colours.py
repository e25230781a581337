"""The design tokens keep WCAG 2.2's contrast (1.4.3: text 4.5, 1.4.11: lines and dots 3)."""

import re

import pytest
from django.contrib.staticfiles.finders import find

TEXT = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "accent-wash"),
    ("ink", "simulated-wash"),
    ("ink", "research-wash"),
    ("ink", "error-wash"),
    ("ink-quiet", "paper"),
    ("ink-quiet", "surface"),
    ("accent", "paper"),
    ("accent", "surface"),
    ("accent-hover", "paper"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("simulated", "simulated-wash"),
    ("research", "research-wash"),
    ("error", "paper"),
    ("error", "surface"),
]
SHAPES = [
    *((mark, "surface") for mark in ("before", "after", "target", "line-strong", "focus")),
    ("line-strong", "paper"),
    ("focus", "paper"),
    ("error", "error-wash"),
]


def stylesheet(name: str) -> str:
    path = find(f"therapy/{name}")
    assert isinstance(path, str)
    with open(path, encoding="utf-8") as file:
        return file.read()


def palettes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", stylesheet("tokens.css"), re.S)
    colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return {"light": colours[0], "dark": colours[0] | colours[1]}


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_black_on_white_is_the_most_there_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [*((*pair, 4.5) for pair in TEXT), *((*pair, 3.0) for pair in SHAPES)],
)
def test_contrast_is_enough(scheme: str, front: str, back: str, least: float) -> None:
    palette = palettes()[scheme]
    assert contrast(palette[front], palette[back]) >= least


def test_the_dark_scheme_sets_every_colour() -> None:
    light, dark = re.findall(r":root \{(.*?)\}", stylesheet("tokens.css"), re.S)
    names = [set(re.findall(r"--([\w-]+): #", part)) for part in (light, dark)]
    assert names[0] == names[1]


def test_only_the_tokens_name_colours() -> None:
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", stylesheet("site.css"))
