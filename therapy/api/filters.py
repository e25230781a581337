"""Filters of lists that refuse what they do not understand: a misspelt filter must not list all."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import filters
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions
from rest_framework.request import Request

from therapy.api.cursors import PARAMETERS
from therapy.api.fields import InstantField

TRUTHS = {"true": True, "false": False}


class StrictFilters(DjangoFilterBackend):  # type: ignore[misc]
    """The filters of `view.filterset_class`. Raises ValidationError by parameter: one that there is
    not, one that is given twice or empty, a value that the filter does not take."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        chosen = self.get_filterset_class(view)
        known = [*(chosen.base_filters if chosen else ()), *PARAMETERS]
        problems = {
            name: [text]
            for name, values in request.query_params.lists()
            if (text := _problem(name, values, known))
        }
        if problems:
            raise exceptions.ValidationError(problems)
        return super().filter_queryset(request, queryset, view)


class _Instant(forms.Field):
    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return InstantField().run_validation(value)
        except exceptions.ValidationError as refused:
            raise ValidationError([str(text) for text in refused.detail]) from refused


class InstantFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """By a time that says its offset from UTC."""

    field_class = _Instant


class _Truth(forms.Field):
    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if value not in TRUTHS:
            raise ValidationError("Must be true or false.")
        return TRUTHS[value]


class TruthFilter(filters.BooleanFilter):  # type: ignore[misc]
    """By true or false; the library's own takes any other word for no filter."""

    field_class = _Truth


def after(field: str) -> InstantFilter:
    return InstantFilter(field, "gte", help_text="At this time or later, with its offset from UTC.")


def before(field: str) -> InstantFilter:
    return InstantFilter(field, "lt", help_text="Before this time, with its offset from UTC.")


def _problem(name: str, values: list[str], known: list[str]) -> str:
    """What is wrong with a parameter, in words; empty for nothing."""
    if name not in known:
        return f"There is no such filter. There are: {', '.join(known)}."
    if len(values) > 1:
        return "Is given more than once."
    return "" if values[0].strip() else "Must not be empty; leave it out."
