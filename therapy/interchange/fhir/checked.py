"""Nothing leaves that is not FHIR."""

from functools import cache
from typing import Any

from therapy.interchange.fhir.naming import Resource

NAMED = 5  # problems that a refusal spells out


class NotFhir(Exception):
    """A resource that an importing system would refuse. Says where and why, without content."""


def checked(resource: Resource) -> Resource:
    """The resource as it is, once its elements, their types and their cardinality were checked.

    The library has no R4 of its own. R4B changed nothing in the resources that are made here
    (hl7.org/fhir/R4B/r4b-explanation.html), so its models are used. Raises NotFhir.
    """
    from pydantic import ValidationError

    kind = resource["resourceType"]
    try:
        _model(kind).model_validate(resource)
    except ValidationError as invalid:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or kind}: {error['msg']}"
            for error in invalid.errors(include_input=False, include_url=False)[:NAMED]
        )
        raise NotFhir(f"{kind}/{resource['id']} is no valid FHIR. {problems}") from None
    return resource


@cache
def _model(kind: str) -> Any:
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(kind)
