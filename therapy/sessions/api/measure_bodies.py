"""A measure as phones get it: what the patient reads and may answer, and nothing of its scores."""

from typing import Any

from rest_framework import serializers

from therapy.measures.definition import Choices, Definition, Item, Text


class OptionBody(serializers.Serializer[Any]):
    value = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # the API's word, not DRF's


class LineBody(serializers.Serializer[Any]):
    lowest = serializers.FloatField()
    highest = serializers.FloatField()
    whole = serializers.BooleanField(help_text="Only whole numbers.")
    lowest_label = serializers.CharField()
    highest_label = serializers.CharField()


class ItemBody(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="The key of its answer.")
    text = serializers.CharField()
    optional = serializers.BooleanField(help_text="May be left out of the answers.")
    asks_about_self_harm = serializers.BooleanField(
        help_text="Answered above 0: show the crisis screen at once."
    )
    options = serializers.ListField(
        child=OptionBody(), help_text="One of these is the answer; empty for a line."
    )
    line = LineBody(allow_null=True, help_text="A point on it is the answer; null with options.")


class LicenceBody(serializers.Serializer[Any]):
    terms = serializers.CharField(help_text="Show them with the measure.")
    according_to = serializers.CharField(help_text="Who says so.")


class MeasureBody(serializers.Serializer[Any]):
    key = serializers.CharField()
    version = serializers.IntegerField(help_text="Sent back with the answers.")
    title = serializers.CharField()
    language = serializers.CharField(help_text="Of the texts below; sent back with the answers.")
    languages = serializers.ListField(
        child=serializers.CharField(), help_text="That there are texts in."
    )
    recall = serializers.CharField(help_text="The time that is asked about, in English.")
    instruction = serializers.CharField()
    items = serializers.ListField(child=ItemBody(), help_text="In the order of asking.")
    licence = LicenceBody()
    citation = serializers.CharField()


class MeasuresBody(serializers.Serializer[Any]):
    measures = serializers.ListField(child=MeasureBody())


def shown(definition: Definition, language: str) -> dict[str, Any]:
    """The fields of MeasureBody, in a language that the definition has a text in."""
    text = definition.texts[language]
    return {
        "key": definition.key,
        "version": definition.version,
        "title": definition.title,
        "language": language,
        "languages": list(definition.texts),
        "recall": definition.recall,
        "instruction": text.instruction,
        "items": [_item(item, text) for item in definition.items],
        "licence": definition.licence,
        "citation": definition.source.citation,
    }


def _item(item: Item, text: Text) -> dict[str, Any]:
    labels = text.labels[item.answer.key]
    fields: dict[str, Any] = {
        "id": item.id,
        "text": text.items[item.id],
        "optional": item.optional,
        "asks_about_self_harm": item.asks_about_self_harm,
        "options": [],
        "line": None,
    }
    if isinstance(item.answer, Choices):
        pairs = zip(item.answer.values, labels, strict=True)
        fields["options"] = [{"value": value, "label": label} for value, label in pairs]
        return fields
    lowest_label, highest_label = labels
    fields["line"] = {
        "lowest": item.answer.lowest,
        "highest": item.answer.highest,
        "whole": item.answer.whole,
        "lowest_label": lowest_label,
        "highest_label": highest_label,
    }
    return fields
