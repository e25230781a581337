"""GET and PUT /api/v1/reminders, POST and DELETE /api/v1/push-subscription."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.fields import InstantField, WholeNumberField
from therapy.api.languages import LANGUAGE, in_languages, wanted_languages
from therapy.api.views import PhoneView
from therapy.people.care import refuse_after_care
from therapy.people.models import LANGUAGE_TAG, Consent, Device
from therapy.people.selectors import consents_to
from therapy.plans.models import Standing
from therapy.plans.selectors import current_plan, standing_of
from therapy.reminders.models import LONGEST_LEAD, Channel, PushSubscription, ReminderRule
from therapy.reminders.selectors import Coming, coming, email_of, standing_rule
from therapy.reminders.services import LONGEST_ADDRESS, set_reminders
from therapy.reminders.subscribing import LONGEST_ENDPOINT, subscribe, unsubscribe
from therapy.reminders.vapid import push_key
from therapy.reminders.words import spoken

SHOWN = 5
KEY_LENGTH = 200


class ComingBody(serializers.Serializer[Coming]):
    due_at = InstantField()
    opens = InstantField(source="occasion.opens", help_text="From when the session may be begun.")
    closes = InstantField(source="occasion.closes")
    quiet = serializers.BooleanField(help_text="Lies in the quiet hours: not sent.")


class WallClockField(serializers.TimeField):
    """A time on the patient's wall clock, to the minute."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], allow_null=True, **options)


class _Rule(serializers.Serializer[Any]):
    channels = serializers.ListField(
        child=serializers.ChoiceField(Channel.choices),
        max_length=len(Channel),
        help_text="Empty: switched off.",
    )
    minutes_before = WholeNumberField(
        min_value=0, max_value=LONGEST_LEAD, help_text="Before the session may be begun."
    )
    quiet_from = WallClockField(
        help_text="Nothing is sent from here on, by the patient's wall clock; null: no quiet hours."
    )
    quiet_to = WallClockField(help_text="Until here; may be past midnight.")
    language = serializers.RegexField(
        LANGUAGE_TAG, max_length=35, help_text="Of the words; English where there are none in it."
    )


class RemindersBody(_Rule):
    words_language = serializers.CharField(
        help_text="That reminders are in: `language`, or English where there are no words in it."
    )
    email = serializers.CharField(
        allow_null=True, help_text="Where reminders by email go; null: not known."
    )
    time_zone = serializers.CharField(
        help_text="Of the patient's wall clock, by which everything here is meant."
    )
    consent = serializers.BooleanField(
        help_text="Whether the patient consents to reminders; nothing is sent without."
    )
    push_key = serializers.CharField(
        allow_null=True,
        help_text="For `applicationServerKey`; null: this server pushes nothing.",
    )
    push_subscribed = serializers.BooleanField(help_text="Whether this phone gets pushes.")
    next = ComingBody(many=True, help_text="What is due next, at most two weeks ahead.")


class WantedReminders(_Rule):
    email = serializers.CharField(
        required=False,
        allow_blank=True,
        allow_null=True,
        max_length=LONGEST_ADDRESS,
        help_text="Null or empty: forget it. Left out: as it is.",
    )
    time_zone = serializers.CharField(
        required=False,
        max_length=40,
        help_text="Where the patient's wall clock is now, as the IANA database names it. The times "
        "of the plan follow it. Left out: as it is.",
    )


class _Keys(serializers.Serializer[Any]):
    p256dh = serializers.CharField(max_length=KEY_LENGTH)
    auth = serializers.CharField(max_length=KEY_LENGTH)


class SubscriptionBody(serializers.Serializer[Any]):
    """A browser's PushSubscription, as its `toJSON()` gives it."""

    endpoint = serializers.CharField(max_length=LONGEST_ENDPOINT, help_text="https only.")
    keys = _Keys()


class Reminders(PhoneView):
    @extend_schema(
        operation_id="getReminders",
        summary="How the patient is reminded",
        description="What is set, whether anything is sent at all, and what is due next. Show "
        "`time_zone` where it is not the phone's, and ask the patient whether they have moved. The "
        "words are in the language of the rule; where none was ever set, in the one asked for.",
        parameters=LANGUAGE,
        responses={200: RemindersBody, **refusals(400, 401, 403)},
        tags=["reminders"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_after_care(self.patient)
        return in_languages(_standing(self.device, *wanted_languages(request)))

    @extend_schema(
        operation_id="setReminders",
        summary="Set how the patient is reminded, or switch it off",
        description="From the moment it arrives; the same again changes nothing. Nothing is sent "
        "without the consent to `reminders`, which is asked for apart (`POST /consents`).",
        request=WantedReminders,
        responses={200: RemindersBody, **refusals(400, 401, 403, 413, 415)},
        examples=[
            OpenApiExample(
                "By push, a quarter of an hour before, not at night",
                value={
                    "channels": ["push"],
                    "minutes_before": 15,
                    "quiet_from": "22:00",
                    "quiet_to": "07:00",
                    "language": "de",
                    "time_zone": "Europe/Berlin",
                },
                request_only=True,
            )
        ],
        tags=["reminders"],
    )
    def put(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_after_care(self.patient)
        sent = WantedReminders(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = dict(sent.validated_data)
        if "email" in wanted:
            wanted["email"] = wanted["email"] or ""
        set_reminders(patient=self.patient, device=self.device, **wanted)
        return Response(_standing(self.device))


class PushSubscriptions(PhoneView):
    @extend_schema(
        operation_id="subscribeToPushes",
        summary="Have pushes come to this phone",
        description="Send what the browser's `PushManager.subscribe` gave, with `push_key` of `GET "
        "/reminders`, each time that it may have changed. It takes the place of what this phone "
        "sent before; the same again changes nothing. It ends with the phone's access, and when "
        "the push service says that it is gone.",
        request=SubscriptionBody,
        responses={
            204: OpenApiResponse(description="It is known."),
            **refusals(400, 401, 403, 413, 415),
        },
        examples=[
            OpenApiExample(
                "What a browser gave",
                value={
                    "endpoint": "https://push.example.org/wpush/v2/gAAAAABn",
                    # The public key and the secret of RFC 8291, 5.
                    "keys": {
                        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyP"
                        "js7Vd8pZGH6SRpkNtoIAiw4",
                        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
                    },
                },
                request_only=True,
            )
        ],
        tags=["reminders"],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_after_care(self.patient)
        sent = SubscriptionBody(data=request.data)
        sent.is_valid(raise_exception=True)
        keys = sent.validated_data["keys"]
        subscribe(
            device=self.device,
            endpoint=sent.validated_data["endpoint"],
            public_key=keys["p256dh"],
            auth_secret=keys["auth"],
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="unsubscribeFromPushes",
        summary="Send no pushes to this phone any more",
        description="The patient's other phones and the rule stay as they are.",
        request=None,
        responses={204: OpenApiResponse(description="It is forgotten."), **refusals(401)},
        tags=["reminders"],
    )
    def delete(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        unsubscribe(device=self.device)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _standing(device: Device, *wanted: str) -> dict[str, Any]:
    """What is said to the phone. A rule that was never set reads as one that is switched off, in
    the best of the wanted languages."""
    patient = device.patient
    rule = standing_rule(patient) or ReminderRule(patient=patient, language=spoken(*wanted))
    plan = current_plan(patient)
    listens = plan is not None and standing_of(patient) == Standing.ACTIVE
    schedule = plan.schedule if plan is not None and listens and rule.channels else []
    return dict(
        RemindersBody(
            {
                "channels": rule.channels,
                "minutes_before": rule.minutes_before,
                "quiet_from": rule.quiet_from,
                "quiet_to": rule.quiet_to,
                "language": rule.language,
                "words_language": spoken(rule.language),
                "email": email_of(patient) or None,
                "time_zone": patient.time_zone,
                "consent": consents_to(patient, Consent.Scope.REMINDERS),
                "push_key": push_key(),
                "push_subscribed": PushSubscription.objects.filter(device=device).exists(),
                "next": coming(rule, schedule, patient.time_zone, timezone.now(), most=SHOWN),
            }
        ).data
    )
