"""POST /api/v1/sync: everything that a phone has gathered, in any order, as often as it likes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import FaultBody, refusals
from therapy.api.fields import InstantField
from therapy.api.views import PhoneView
from therapy.people.models import Device
from therapy.sessions.api.kinds import KINDS
from therapy.sessions.api.outcomes import UNKNOWN_KIND, Outcome, Status
from therapy.sessions.api.views import SESSION_ID
from therapy.sessions.clocks import PhoneClock
from therapy.sessions.services.batches import Sent, record_batch

MOST_ITEMS = 500
RANKS = {name: rank for rank, name in enumerate(KINDS)}
ITEM = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "description": f"One of: {', '.join(KINDS)}."},
        "id": {"type": "string", "format": "uuid"},
    },
    "required": ["kind", "id"],
    "additionalProperties": {},
    "description": "Everything that the kind's own endpoint takes, and `kind` with it.",
}


@extend_schema_field(ITEM)
class ItemField(serializers.Field):  # type: ignore[type-arg]
    """Whatever it is: an item that cannot be read spoils no other."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class SyncBody(serializers.Serializer[Any]):
    sent_at = InstantField(
        allow_null=True,
        default=None,
        help_text="What the phone's clock shows while it sends; a clock that is wrong is put right "
        "by it. Null or absent: it counts as right.",
    )
    items = serializers.ListField(
        child=ItemField(allow_null=True),
        max_length=MOST_ITEMS,
        help_text=f"At most {MOST_ITEMS}, in any order; the same one may come more than once.",
    )


class OutcomeBody(serializers.Serializer[Any]):
    id = serializers.CharField(allow_null=True, help_text="As it was sent; null if it had none.")
    kind = serializers.CharField(allow_null=True, help_text="As it was sent; null if it had none.")
    status = serializers.ChoiceField([(status.value, status.value) for status in Status])
    may_delete = serializers.BooleanField(help_text="Whether the phone may delete its copy.")
    code = serializers.CharField(
        help_text="As the kind's own endpoint says it; empty where nothing is refused."
    )
    detail = serializers.CharField(help_text="For people, in English.")
    errors = FaultBody(  # type: ignore[assignment]  # the API's word, not DRF's
        many=True, help_text="What exactly is refused, as in a problem; pointers into the item."
    )


class SyncedBody(serializers.Serializer[Any]):
    received_at = InstantField(help_text="The server's clock.")
    clock_offset = serializers.FloatField(
        allow_null=True, help_text="Server minus phone, in seconds; null without `sent_at`."
    )
    items = OutcomeBody(many=True, help_text="One for each that was sent, in that order.")


class Sync(PhoneView):
    @extend_schema(
        operation_id="sync",
        summary="Everything that happened, at once",
        description="Each item is stored or refused for itself, as by its own endpoint; the answer "
        "says of each whether the phone may delete its copy (docs/sync.md). Items are stored in "
        "the order of what they need, whatever order they are sent in, and may be sent any number "
        "of times. New ratings have the patient's model adapted, once. A phone that heard no "
        "answer sends the batch again.",
        request=SyncBody,
        responses={200: SyncedBody, **refusals(400, 401, 413, 415)},
        examples=[
            OpenApiExample(
                "A rating and its session",
                value={
                    "sent_at": "2026-03-02T07:00:00Z",
                    "items": [
                        {
                            "kind": "mood-rating",
                            "id": "8f0c4d0a-93c5-4f5f-8f0a-0d9f0b6a1c02",
                            "session": SESSION_ID,
                            "phase": "before",
                            "valence": -0.4,
                            "arousal": 0.55,
                            "rated_at": "2026-03-01T18:30:05Z",
                        },
                        {
                            "kind": "session",
                            "id": SESSION_ID,
                            "started_at": "2026-03-01T18:30:00Z",
                        },
                    ],
                },
                request_only=True,
            )
        ],
        tags=["what happened"],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        sent = SyncBody(data=request.data)
        sent.is_valid(raise_exception=True)
        received_at = timezone.now()
        clock = PhoneClock.compared(sent_at=sent.validated_data["sent_at"], received_at=received_at)
        outcomes = _take_in(self.device, clock, sent.validated_data["items"])
        return Response(
            {
                "received_at": InstantField().to_representation(received_at),
                "clock_offset": clock.offset_seconds,
                "items": [outcome.body for outcome in outcomes],
            }
        )


def _take_in(device: Device, clock: PhoneClock, items: Sequence[Any]) -> list[Outcome]:
    """Read every item, store those that can be read, and say of each what became of it."""
    outcomes: dict[int, Outcome] = {}
    readable: dict[int, Sent] = {}
    for place, item in enumerate(items):
        read = _read(item)
        if isinstance(read, Outcome):
            outcomes[place] = read
        else:
            readable[place] = read
    # What others name comes first; within a kind by id, so that two batches that were sent at once
    # take their rows in the same order and never wait for each other. Repeats stay as sent.
    places = sorted(readable, key=lambda place: (RANKS[items[place]["kind"]], readable[place].id))
    rows = [readable[place] for place in places]
    results = record_batch(device=device, clock=clock, rows=rows) if rows else []
    for place, result in zip(places, results, strict=True):
        outcomes[place] = Outcome.of(*_named(items[place]), result)
    return [outcomes[place] for place in range(len(items))]


def _read(item: Any) -> Sent | Outcome:
    """The item as its own endpoint reads it, or why it cannot be read."""
    key, name = _named(item)
    if name not in KINDS:
        text = f"There is no such kind here. There are: {', '.join(KINDS)}."
        errors = [{"pointer": "/kind", "detail": text}]
        return Outcome(key, name, Status.REFUSED, UNKNOWN_KIND, text, errors)
    kind = KINDS[name]
    body = kind.body(data={field: item[field] for field in item if field != "kind"})
    if not body.is_valid():
        return Outcome.of(key, name, ValidationError(body.errors))
    return Sent(kind.record, kind.model, body.validated_data)


def _named(item: Any) -> tuple[str | None, str | None]:
    """The id and the kind that an item was sent with."""
    if not isinstance(item, Mapping):
        return None, None
    key, kind = (item.get(name) for name in ("id", "kind"))
    return _text(key), _text(kind)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
