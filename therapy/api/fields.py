"""Types of the API's bodies that REST framework's own are too lenient for."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class ExactBody(serializers.Serializer[Any]):
    """A body of which nothing is required, so that a misspelt name is not found out by what is
    missing: a name that it does not have is refused."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError(
                {name: ["There is no such field."] for name in unknown}
            )
        return super().to_internal_value(data)


class NumberField(serializers.FloatField):
    """A finite JSON number: no text, no true or false, no NaN or infinity in any spelling."""

    default_error_messages = {
        "invalid": "Must be a finite number, not {shown}.",
        "max_value": "Must be at most {max_value:g}.",
        "min_value": "Must be at least {min_value:g}.",
    }

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid", shown=_shown(data))
        try:
            value = float(data)
        except OverflowError:
            self.fail("invalid", shown="one so large")
        if not math.isfinite(value):
            self.fail("invalid", shown=_shown(data))
        return value + 0.0  # −0.0 becomes 0.0, as some databases make it


class AffectField(NumberField):
    """A coordinate of the affect plane, −1..1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=-1.0, max_value=1.0, **options)


class PairField(serializers.ListField):
    """[valence, arousal]; read from a record's NAME_valence and NAME_arousal."""

    def __init__(self, child: serializers.FloatField, **options: Any) -> None:
        super().__init__(child=child, min_length=2, max_length=2, **options)

    def get_attribute(self, instance: Any) -> list[float]:
        return [getattr(instance, f"{self.field_name}_{axis}") for axis in ("valence", "arousal")]


class WholeNumberField(serializers.IntegerField):
    """A JSON number without a fraction: no text."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class KeyField(serializers.UUIDField):
    """A UUID as text: no number, and no true or false, which are numbers to Python."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class TruthField(serializers.BooleanField):
    """JSON's true or false: no number, no text."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"type": "string", "format": "date-time", "example": "2026-03-01T18:30:00Z"})
class InstantField(serializers.DateTimeField):
    """A time with its offset from UTC, so that it means one instant. Answered in UTC, so that the
    first answer and the answer to a repeat read alike."""

    default_error_messages = {
        "naive": "Must end with an offset from UTC, such as Z or +02:00.",
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if timezone.is_naive(value):
            self.fail("naive")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            self.fail("overflow", timezone="UTC")


class PhoneInstantField(InstantField):
    """A time by the phone's clock, answered as the phone said it: the record keeps that in
    `phone_NAME`."""

    def get_attribute(self, instance: Any) -> Any:
        return getattr(instance, f"phone_{self.field_name}")


class CorrectedInstantField(PhoneInstantField):
    """The same time, put right by the server's clock (docs/sync.md)."""

    def get_attribute(self, instance: Any) -> Any:
        return getattr(instance, str(self.field_name))


class OptionalChoiceField(serializers.ChoiceField):
    """One of the choices, or null where nothing was said, which the record has as empty text."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, allow_null=True, default="", **options)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return (True, "") if data is None else super().validate_empty_values(data)

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) if value else None


class OptionalDigestField(serializers.RegexField):
    """A SHA-256 in lower-case hexadecimal, or null, which the record has as empty text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[0-9a-f]{64}\Z", allow_null=True, default="", **options)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return (True, "") if data is None else super().validate_empty_values(data)

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) if value else None


def _shown(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 40 else f"{text[:40]}…"
