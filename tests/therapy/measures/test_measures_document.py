"""docs/measures.md says of every measure what its definition says."""

import re
from collections.abc import Iterator
from pathlib import Path

from therapy.measures.definition import Change, CutOff, Definition, Scale, Source
from therapy.measures.registry import PUBLISHED

PAGE = Path(__file__).parents[3] / "docs" / "measures.md"


def scale_row(definition: Definition, scale: Scale) -> str:
    bands = ", ".join(f"{band.lowest}–{band.highest} {band.name}" for band in scale.bands)
    cells = [
        f"`{definition.key}` {definition.version}",
        scale.title,
        f"{scale.lowest:g}–{scale.highest:g}".replace("-", "−"),
        f"{bands} ({scale.bands_source.short})" if scale.bands_source else "",
        "; ".join(cut_off(one) for one in scale.cut_offs),
        "; ".join(change(one) for one in scale.changes),
        scale.loinc,
    ]
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def cut_off(one: CutOff) -> str:
    return f"≥ {one.at_least:g} ({one.source.short})"


def change(one: Change) -> str:
    second = ", 2°" if one.standing == "secondary" else ""
    return f"{one.kind} ≥ {one.at_least:g}, {one.population} ({one.source.short}{second})"


def measure_row(definition: Definition) -> str:
    cells = [
        f"`{definition.key}` {definition.version}",
        definition.title,
        definition.recall,
        definition.population,
        ", ".join(definition.texts),
        definition.source.short,
    ]
    return f"| {' | '.join(cells)} |"


def sources() -> Iterator[Source]:
    for definition in PUBLISHED:
        yield definition.source
        for scale in definition.scales:
            if scale.bands_source:
                yield scale.bands_source
            yield from (known.source for known in (*scale.cut_offs, *scale.changes))


def written() -> list[str]:
    """Every line that the page must have, once."""
    lines = [measure_row(one) for one in PUBLISHED]
    lines += [scale_row(one, scale) for one in PUBLISHED for scale in one.scales]
    lines += [
        f"- **{source.short}**: {source.citation}."
        + (f" [doi:{source.doi}](https://doi.org/{source.doi})" if source.doi else "")
        for source in dict.fromkeys(sources())
    ]
    return lines


def test_the_page_has_a_line_for_every_measure_scale_and_source() -> None:
    lines = PAGE.read_text().splitlines()
    missing = [line for line in written() if lines.count(line) != 1]
    assert not missing, "Put these lines into docs/measures.md:\n" + "\n".join(missing)


def test_the_page_has_no_line_of_a_measure_or_source_that_is_not_there() -> None:
    stale = [
        line
        for line in PAGE.read_text().splitlines()
        if re.match(r"\| `[a-z]|- \*\*", line) and line not in written()
    ]
    assert not stale


def test_the_page_says_on_what_terms_each_measure_is_there() -> None:
    said = " ".join(PAGE.read_text().split())
    for definition in PUBLISHED:
        assert definition.licence.terms in said, definition
        assert definition.licence.according_to in said, definition
