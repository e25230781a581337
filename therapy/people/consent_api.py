"""GET and POST /api/v1/consents: what the patient consents to, and what they read before."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusal, refusals
from therapy.api.fields import InstantField, KeyField, TruthField
from therapy.api.languages import LANGUAGE, in_languages, wanted_languages
from therapy.api.problems import Problem
from therapy.api.views import ConditionalPhoneView
from therapy.people.consent_texts import ConsentText, newest_text
from therapy.people.consenting import ConsentOvertaken, decide
from therapy.people.models import LANGUAGE_TAG, Consent, Patient
from therapy.people.selectors import standing_words


class Overtaken(Problem):
    default_code = "consent_overtaken"
    default_detail = (
        "The consent was taken back after this yes was said, so it does not stand. Ask the patient "
        "again; a new yes has a new id."
    )


class TextBody(serializers.Serializer[ConsentText]):
    version = serializers.CharField()
    language = serializers.CharField(help_text="English where there is no text in the asked one.")
    title = serializers.CharField()
    paragraphs = serializers.ListField(child=serializers.CharField())


class ScopeBody(serializers.Serializer[Any]):
    scope = serializers.ChoiceField(Consent.Scope.choices)
    given = serializers.BooleanField(
        allow_null=True,
        help_text="What stands: true, false (refused or taken back), or null: never asked.",
    )
    since = InstantField(allow_null=True, help_text="The server's clock.")
    text_version = serializers.CharField(
        allow_null=True, help_text="Of the text that the patient decided on."
    )
    by = serializers.ChoiceField(
        ["phone", "clinic"], allow_null=True, help_text="Where it was written down."
    )
    text = TextBody(help_text="The newest, to be read before deciding.")


class ConsentsBody(serializers.Serializer[Any]):
    consents = ScopeBody(many=True, help_text="Every scope, in the same order each time.")


class DecisionBody(serializers.Serializer[Any]):
    id = KeyField(help_text="Made by the phone.")
    scope = serializers.ChoiceField(Consent.Scope.choices)
    given = TruthField(help_text="False refuses, or takes back.")
    text_version = serializers.CharField(
        max_length=40, help_text="Of the text that the patient read."
    )
    language = serializers.RegexField(
        LANGUAGE_TAG, max_length=35, help_text="Of the text that the patient read."
    )
    decided_at = InstantField(help_text="The phone's clock.")


class Consents(ConditionalPhoneView):
    @extend_schema(
        operation_id="getConsents",
        summary="What the patient consents to",
        description="What stands for each scope, with the newest text in the asked language or in "
        "English (`text.language` says which). Care that nobody asked about goes on; it ends when "
        "the patient takes the consent back. Show this wherever the patient can decide anew.",
        parameters=LANGUAGE,
        responses={200: ConsentsBody, **refusals(400, 401)},
        tags=["people"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return in_languages(_standing(self.patient, *wanted_languages(request)))

    @extend_schema(
        operation_id="recordConsent",
        summary="What the patient decided",
        description="Nothing that was said before is changed: the newest word stands, from the "
        "moment it arrives, and is answered with what stands now. A no is taken however late it "
        "comes; a yes that is older than the no that stands is refused with `consent_overtaken`. "
        "The id is the phone's own (UUID version 4). The same body again stores nothing and is "
        "answered with what stands by then; another body under the same id with 409 and what "
        "differs.",
        request=DecisionBody,
        responses={
            201: ConsentsBody,
            **refusals(400, 401, 413, 415),
            409: refusal(
                "The id is taken by other content (`conflict`), or a later no stands "
                "(`consent_overtaken`). Sending it again will not help.",
                Overtaken.default_code,
                Overtaken.default_detail,
            ),
        },
        examples=[
            OpenApiExample(
                "Taking back the consent to pooled learning",
                value={
                    "id": "5e0c7a54-8c0e-4a0e-9d55-2f7f0c0f3b05",
                    "scope": "pooled-learning",
                    "given": False,
                    "text_version": "1",
                    "language": "en",
                    "decided_at": "2026-03-01T18:40:00Z",
                },
                request_only=True,
            )
        ],
        tags=["people"],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        sent = DecisionBody(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            said = decide(patient=self.patient, **sent.validated_data)
        except ConsentOvertaken as overtaken:
            raise Overtaken from overtaken
        return Response(_standing(self.patient, said.language), status=status.HTTP_201_CREATED)


def _standing(patient: Patient, *languages: str) -> dict[str, Any]:
    words = standing_words(patient)
    rows = [
        _described(scope, words.get(scope), newest_text(scope, *languages))
        for scope in Consent.Scope.values
    ]
    return dict(ConsentsBody({"consents": rows}).data)


def _described(scope: str, word: Consent | None, text: ConsentText) -> dict[str, Any]:
    return {
        "scope": scope,
        "given": None if word is None else word.given,
        "since": None if word is None else word.recorded_at,
        "text_version": None if word is None else word.text_version,
        "by": None if word is None else ("clinic" if word.client_id is None else "phone"),
        "text": text,
    }
