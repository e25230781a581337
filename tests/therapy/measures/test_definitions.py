"""Definitions are sound, and a published one never changes."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from therapy.measures.definition import (
    Choices,
    Definition,
    Source,
    content_digest,
    text_digest,
)
from therapy.measures.registry import (
    PUBLISHED,
    UnknownMeasure,
    UnknownVersion,
    measure,
    newest,
)

every_definition = pytest.mark.parametrize("definition", PUBLISHED, ids=str)

DIGITS = 32  # of each digest; more would not fit a line

# A line is added for a new version or a new language, and none is ever edited or taken away:
# answers that patients gave are read by the version they were given to.
PUBLISHED_CONTENT = {
    ("affective-slider", 1): "e42645a5c67ed41e53ea35a004907bee",
    ("vas-anxiety", 1): "f3484cdd3877dd47a49179f2ad5340fb",
    ("pain-nrs", 1): "974542e1e91f7a4b6e69d25dbf79c821",
    ("phq4", 1): "419f4a7f48f8946b16647310f6575c01",
    ("phq9", 1): "d3da232d639827bd1abafab663ad7bb5",
    ("gad7", 1): "ce425a4f4be17c545201f8e3bab0d445",
}
PUBLISHED_TEXTS = {
    (
        "affective-slider",
        1,
        "en",
    ): "a07e14ae111033f20fa42641dc463fa5",
    ("affective-slider", 1, "zh-Hans"): "a613d9e38fd41a2d7bae81f2e7c1aa5b",
    ("vas-anxiety", 1, "zh-Hans"): "23767261875ba563c8b8a7b8d68f96b7",
    ("pain-nrs", 1, "zh-Hans"): "967971e18e55c86b66accfb3fccbc2e8",
    ("vas-anxiety", 1, "en"): "cc28bb35f350522ac8b195064fc2f0d7",
    ("pain-nrs", 1, "en"): "7b026b8779d9622cc493fd769234cb66",
    ("phq4", 1, "en"): "d89824b5756a9efced7a3a81b7735118",
    ("phq9", 1, "en"): "a69b6b9c36dac69daed4072401c73f75",
    ("gad7", 1, "en"): "f009d5ca111278371b90a39726b8372b",
}


def test_what_was_published_is_there_and_unchanged() -> None:
    content = {(one.key, one.version): content_digest(one)[:DIGITS] for one in PUBLISHED}
    assert content == PUBLISHED_CONTENT, "Write a new version instead, and add its line here."


def test_the_texts_that_were_published_are_there_and_unchanged() -> None:
    texts = {
        (one.key, one.version, language): text_digest(text)[:DIGITS]
        for one in PUBLISHED
        for language, text in one.texts.items()
    }
    assert texts == PUBLISHED_TEXTS, "Write a new version instead, and add its lines here."


@every_definition
def test_another_language_is_no_other_version(definition: Definition) -> None:
    more = replace(definition, texts={**definition.texts, "de": definition.texts["en"]})
    assert content_digest(more) == content_digest(definition)


@every_definition
def test_any_other_edit_is_seen(definition: Definition) -> None:
    scale = replace(definition.scales[0], highest=definition.scales[0].highest + 1)
    for edited in (
        replace(definition, note="Edited."),
        replace(definition, items=definition.items[:-1]),
        replace(definition, scales=(scale, *definition.scales[1:])),
    ):
        assert content_digest(edited) != content_digest(definition)


@every_definition
def test_every_text_says_every_question_and_every_answer(definition: Definition) -> None:
    assert "en" in definition.texts
    for text in definition.texts.values():
        assert list(text.items) == [item.id for item in definition.items]
        assert {item.answer.key for item in definition.items} == set(text.labels)
        for item in definition.items:
            kinds = len(item.answer.values) if isinstance(item.answer, Choices) else 2
            assert len(text.labels[item.answer.key]) == kinds
        assert all((text.instruction, *text.items.values(), *sum(text.labels.values(), ())))


@every_definition
def test_bands_cover_their_scale_without_a_gap(definition: Definition) -> None:
    for scale in definition.scales:
        assert (scale.bands == ()) is (scale.bands_source is None)
        if scale.bands:
            ends = (scale.bands[0].lowest, scale.bands[-1].highest)
            assert ends == (scale.lowest, scale.highest)
        for lower, upper in pairwise(scale.bands):
            assert upper.lowest == lower.highest + 1


@every_definition
def test_every_scored_item_must_be_answered_and_every_required_one_is_scored(
    definition: Definition,
) -> None:
    scored = {item for scale in definition.scales for item in scale.items}
    assert scored == {item.id for item in definition.items if not item.optional}


@every_definition
def test_licence_and_sources_are_named(definition: Definition) -> None:
    assert definition.licence.terms
    assert definition.licence.according_to
    sources: list[Source] = [definition.source]
    for scale in definition.scales:
        sources += [known.source for known in (*scale.cut_offs, *scale.changes)]
        sources += [scale.bands_source] if scale.bands_source else []
    for source in sources:
        assert source.citation
        assert source.doi == "" or re.fullmatch(r"10\.\d{4,9}/\S+", source.doi), source


def test_item_nine_of_the_phq9_asks_about_self_harm_and_no_other_does() -> None:
    asking = [item.id for one in PUBLISHED for item in one.items if item.asks_about_self_harm]
    assert asking == ["phq9-9"]


def test_reliable_change_is_marked_as_what_secondary_sources_say() -> None:
    known = {
        (one.key, change.at_least, change.standing)
        for one in PUBLISHED
        for scale in one.scales
        for change in scale.changes
        if change.kind == "reliable"
    }
    assert known == {("phq9", 6, "secondary"), ("gad7", 4, "secondary")}


def test_copyrighted_and_unverified_measures_are_not_there() -> None:
    keys = {one.key for one in PUBLISHED}
    assert keys == {"affective-slider", "vas-anxiety", "pain-nrs", "phq4", "phq9", "gad7"}


def test_a_measure_is_found_by_key_and_version() -> None:
    assert measure("gad7") is measure("gad7", 1)
    assert {one.key: one.version for one in newest()} == {one.key: 1 for one in PUBLISHED}


def test_what_is_not_there_is_told_what_is() -> None:
    with pytest.raises(UnknownMeasure, match=r"No measure 'who5'\. There are: affective-slider, "):
        measure("who5")
    with pytest.raises(UnknownVersion, match=r"No version 2 of gad7\. There are: 1\."):
        measure("gad7", 2)
