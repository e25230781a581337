"""In which language a measure is shown."""

from collections.abc import Iterable

from therapy.languages import nearest
from therapy.measures.definition import Definition


def language_for(definition: Definition, wanted: Iterable[str]) -> str:
    """The first of the wanted languages (BCP 47 tags, best first) that the definition has a text
    in, or English."""
    return nearest(definition.texts, wanted)
