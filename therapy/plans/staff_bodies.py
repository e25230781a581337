"""Session plans as staff read and prescribe them, whole."""

from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers

from therapy.api.fields import ExactBody, InstantField, NumberField, TruthField, WholeNumberField
from therapy.catalogue.rows import LONGEST_TAG
from therapy.plans.api import AskedBody, SlotBody
from therapy.plans.goals import LEVELS, LONGEST, MOST_GOALS, MOST_WEIGHT
from therapy.plans.models import BOUNDS, PlanStanding, SessionPlan, Standing
from therapy.plans.sections.lists import LONGEST_REASON, MOST
from therapy.plans.services import LONGEST_REASON as LONGEST_REASON_TO_STAND
from therapy.plans.services import PlanFields
from therapy.plans.templates import TEMPLATES, PlanTemplate

LARGEST_KEY = 2**63 - 1
MOST_TAGS, MOST_TRACKS_NAMED = 200, 1000


class GoalBody(serializers.Serializer[Any]):
    goal = serializers.CharField(max_length=LONGEST)
    weight = WholeNumberField(min_value=1, max_value=MOST_WEIGHT)
    levels = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST, allow_blank=True),
        min_length=len(LEVELS),
        max_length=len(LEVELS),
        help_text="From much less than expected to much more.",
    )


class TriggerBody(serializers.Serializer[Any]):
    tag = serializers.CharField(max_length=LONGEST_TAG)
    reason = serializers.CharField(max_length=LONGEST_REASON)


class _Words(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        word = serializers.CharField(max_length=LONGEST_TAG)
        super().__init__(child=word, max_length=MOST_TAGS, **options)


class _Sections(serializers.ModelSerializer[SessionPlan]):
    """Every section of a plan, by the names that `prescribe` takes."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.FloatField: NumberField,
        models.PositiveSmallIntegerField: WholeNumberField,
        models.BooleanField: TruthField,
    }
    goals = serializers.ListField(
        child=GoalBody(), max_length=MOST_GOALS, required=False, help_text="Attainment scaling."
    )
    only_tags = _Words(required=False, help_text="Tracks with one of them alone; empty: all.")
    excluded_tags = _Words(required=False, help_text="No track with one of them.")
    triggers = serializers.ListField(
        child=TriggerBody(), max_length=MOST, required=False, help_text="Never played, and why."
    )
    lyric_languages = _Words(required=False, help_text="BCP 47 tags, with the rule `languages`.")
    schedule = serializers.ListField(
        child=SlotBody(), max_length=MOST, required=False, help_text="When sessions are due."
    )
    measures = serializers.ListField(
        child=AskedBody(), max_length=MOST, required=False, help_text="What is asked, and when."
    )

    class Meta:
        model = SessionPlan
        fields: tuple[str, ...] = tuple(PlanFields.__annotations__)
        extra_kwargs: ClassVar = {
            name: {"min_value": low, "max_value": high} for name, (low, high) in BOUNDS.items()
        }


class StaffPlanBody(_Sections):
    """A version of a plan."""

    template = serializers.CharField(help_text="What it was begun from; empty: from nothing.")
    created_at = InstantField()
    created_by = serializers.CharField(allow_null=True, help_text="Who prescribed it.")
    therapist = serializers.IntegerField(
        source="therapist_id", allow_null=True, help_text="The `membership` of who is responsible."
    )

    class Meta(_Sections.Meta):
        fields = ("id", "version", "template", "created_at", "created_by", *_Sections.Meta.fields)
        read_only_fields = fields


class PrescriptionBody(ExactBody, _Sections):
    """What the next version says; what is left out is the template's, or the default."""

    template = serializers.ChoiceField(
        list(TEMPLATES), required=False, help_text="What to begin from (`GET /plan-templates`)."
    )
    therapist = WholeNumberField(
        min_value=1,
        max_value=LARGEST_KEY,
        allow_null=True,
        required=False,
        help_text="The `membership` of who is responsible.",
    )
    always_tracks = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=MOST_TRACKS_NAMED,
        required=False,
        help_text="Offered in every session that allows them.",
    )
    never_tracks = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_TRACKS_NAMED, required=False
    )

    class Meta(_Sections.Meta):
        fields = ("template", *_Sections.Meta.fields)


class TemplateBody(serializers.Serializer[PlanTemplate]):
    key = serializers.CharField()
    title = serializers.CharField()
    purpose = serializers.CharField()
    source = serializers.CharField(help_text="What it rests on.")  # type: ignore[assignment]
    plan = serializers.DictField(
        source="fields", help_text="The fields of a plan that differ from their defaults."
    )


class TemplatesBody(serializers.Serializer[Any]):
    templates = serializers.ListField(child=TemplateBody())


class ReasonBody(ExactBody):
    """Why, for those who read it later."""

    reason = serializers.CharField(
        default="", allow_blank=True, max_length=LONGEST_REASON_TO_STAND, help_text="For staff."
    )


class StandingBody(serializers.ModelSerializer[PlanStanding]):
    standing = serializers.ChoiceField(Standing.choices)
    set_at = InstantField()

    class Meta:
        model = PlanStanding
        fields = ("standing", "reason", "set_at")
        read_only_fields = fields
