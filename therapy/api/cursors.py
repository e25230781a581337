"""Lists a page at a time, by a cursor that stays where it is while rows are added."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

ROWS_A_PAGE, MOST_ROWS_A_PAGE = 50, 200
CURSOR, PAGE_SIZE, ORDER = "cursor", "page_size", "order"
PARAMETERS = (CURSOR, PAGE_SIZE, ORDER)
NO_SUCH_PLACE = (
    "This is no place in this list and this order. Take it from `next` or `previous` of a page, or "
    "leave it out to start again."
)


class Cursors(CursorPagination):
    """REST framework's cursors, but that a place is a row's value and its key.

    There it is a value and how many rows with the same value were passed, which is another row
    once one of them is added; phones' clocks give many rows one instant. The cursor is signed,
    because its values go into a query as they are, and holds for one list in one order.
    """

    page_size = ROWS_A_PAGE
    max_page_size = MOST_ROWS_A_PAGE
    cursor_query_param = CURSOR
    page_size_query_param = PAGE_SIZE

    _following: str | None = None
    _preceding: str | None = None

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """The rows of the page that was asked for. Raises ValidationError by parameter."""
        assert isinstance(queryset, QuerySet)
        order = _asked(request, ORDER, _order_field(view.orders))
        size = _asked(request, PAGE_SIZE, _size_field())
        match = request._request.resolver_match
        salt = f"{match.view_name if match else ''} {order}"
        place = _place(request, salt)
        backwards = place is not None and place[0]
        name = view.orders[order].removeprefix("-")
        down = view.orders[order].startswith("-") != backwards
        found = _beyond(queryset, name, place[1:], down) if place is not None else queryset
        sign = "-" if down else ""
        rows = list(found.order_by(f"{sign}{name}", f"{sign}pk")[: size + 1])
        more, page = len(rows) > size, rows[:size]
        if backwards:
            page.reverse()
        address = request.build_absolute_uri()
        if page and (more or backwards):
            self._following = _link(address, salt, False, page[-1], name)
        if page and (more if backwards else place is not None):
            self._preceding = _link(address, salt, True, page[0], name)
        return page

    def get_next_link(self) -> str | None:
        return self._following

    def get_previous_link(self) -> str | None:
        return self._preceding

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link | {"description": "The next page; null at the end."},
                "previous": link | {"description": "The page before; null at the start."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        orders = list(view.orders)
        return [
            _described(CURSOR, {"type": "string"}, "From `next` or `previous` of a page."),
            _described(
                PAGE_SIZE,
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MOST_ROWS_A_PAGE,
                    "default": ROWS_A_PAGE,
                },
                "Rows a page.",
            ),
            _described(
                ORDER, {"type": "string", "enum": orders, "default": orders[0]}, "Of the rows."
            ),
        ]


def _beyond(queryset: QuerySet[Any], name: str, place: list[Any], down: bool) -> QuerySet[Any]:
    """The rows after a place, `down` or up. The first condition is one that an index serves."""
    value, key = place
    side = "lt" if down else "gt"
    after = Q(**{f"{name}__{side}": value}) | Q(**{f"pk__{side}": key})
    return queryset.filter(after, **{f"{name}__{side}e": value})


def _link(address: str, salt: str, backwards: bool, row: Model, name: str) -> str:
    value = attrgetter(name.replace("__", "."))(row)
    if isinstance(value, datetime):
        value = value.isoformat()
    key = row.pk if isinstance(row.pk, int) else str(row.pk)
    return replace_query_param(address, CURSOR, signing.dumps([backwards, value, key], salt=salt))


def _place(request: Request, salt: str) -> list[Any] | None:
    """Whether to go backwards from there, the value and the key of the row."""
    given = request.query_params.get(CURSOR)
    if given is None:
        return None
    try:
        place: list[Any] = signing.loads(given, salt=salt)
    except signing.BadSignature as forged:
        raise ValidationError({CURSOR: [NO_SUCH_PLACE]}) from forged
    return place


def _asked(request: Request, name: str, field: serializers.Field[Any, Any, Any, Any]) -> Any:
    try:
        return field.run_validation(request.query_params.get(name, empty))
    except ValidationError as refused:
        raise ValidationError({name: refused.detail}) from refused


def _order_field(orders: Mapping[str, str]) -> serializers.ChoiceField:
    return serializers.ChoiceField(list(orders), default=next(iter(orders)))


def _size_field() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=MOST_ROWS_A_PAGE, default=ROWS_A_PAGE)


def _described(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }
