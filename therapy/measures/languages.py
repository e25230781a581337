"""In which language a measure is shown."""

from collections.abc import Iterable

from therapy.measures.definition import ENGLISH, Definition


def language_for(definition: Definition, wanted: Iterable[str]) -> str:
    """The first of the wanted languages (BCP 47 tags, best first) that the definition has a text
    in, or English.

    A text serves for narrower tags too: `de` for `de-AT` (RFC 4647 §3.4, lookup).
    """
    there = {language.lower(): language for language in definition.texts}
    for tag in wanted:
        parts = tag.lower().split("-")
        for length in range(len(parts), 0, -1):
            if found := there.get("-".join(parts[:length])):
                return found
    return ENGLISH
