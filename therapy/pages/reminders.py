"""Reminders on the staff pages: a panel, and the page where they are changed."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages.reminder_words import (
    LANGUAGES,
    coming_line,
    delivery_line,
    rule_in_words,
    set_by_in_words,
)
from therapy.pages.requests import StaffRequest
from therapy.people.models import Consent, Patient
from therapy.people.selectors import standing_words
from therapy.plans.models import Standing
from therapy.plans.selectors import current_plan, standing_of
from therapy.reminders.models import LONGEST_LEAD, Channel, PushSubscription, ReminderRule
from therapy.reminders.selectors import coming, deliveries_of, email_of, standing_rule
from therapy.reminders.services import LONGEST_ADDRESS, set_reminders, switch_off
from therapy.reminders.vapid import push_key
from therapy.reminders.words import spoken

COMING, PAST = 3, 8


class RemindersPanel:
    """The rule in words, why nothing may be sent, what comes next, and what became of the last."""

    title = "Reminders"
    template_name = "therapy/people/reminders_panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        rule = standing_rule(patient)
        plan = current_plan(patient)
        schedule = [] if plan is None else plan.schedule
        active = standing_of(patient) == Standing.ACTIVE
        sends = rule is not None and bool(rule.channels)
        ahead = (
            coming(rule, schedule, patient.time_zone, timezone.now(), most=COMING)
            if rule is not None and sends and active
            else []
        )
        return {
            "rule": rule,
            "in_words": "" if rule is None else rule_in_words(rule),
            "set_by": "" if rule is None else set_by_in_words(rule),
            "sends": sends,
            "obstacles": _obstacles(patient, rule, schedule, active) if rule and sends else [],
            "coming": [coming_line(one, patient.time_zone) for one in ahead],
            "past": [delivery_line(one) for one in deliveries_of(patient)[:PAST]],
        }


class RemindersForm(forms.Form):
    by_push = forms.BooleanField(required=False, label="Push to the patient’s phones")
    by_email = forms.BooleanField(required=False, label="Email")
    email = forms.CharField(
        required=False,
        max_length=LONGEST_ADDRESS,
        label="Email address",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="Used for reminders and nothing else, and stored encrypted. Empty: forget it.",
    )
    minutes_before = forms.IntegerField(
        min_value=0,
        max_value=LONGEST_LEAD,
        label="Minutes before a session may be begun",
        help_text="0: when it may.",
    )
    quiet_from = forms.TimeField(
        required=False, label="Quiet from", widget=forms.TimeInput(format="%H:%M")
    )
    quiet_to = forms.TimeField(
        required=False,
        label="Quiet until",
        widget=forms.TimeInput(format="%H:%M"),
        help_text="By the patient’s clock, such as 22:00 until 07:00. Both empty: no quiet hours.",
    )
    language = forms.ChoiceField(
        choices=tuple(LANGUAGES.items()),
        label="Language of the words",
        error_messages={
            "invalid_choice": "There are no words in “%(value)s”. There are: "
            + ", ".join(LANGUAGES.values())
            + "."
        },
    )
    time_zone = forms.CharField(
        max_length=40,
        label="Time zone of the patient’s clock",
        help_text="Such as Europe/Berlin. The times of the session plan follow it.",
    )


@for_staff(Act.CHANGE_CARE, writes=Act.CHANGE_CARE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """How the patient is reminded; what is refused is told beside the field."""
    patient = request.access.patient(patient_id)
    if request.method == "POST":
        form = RemindersForm(request.POST)
        if form.is_valid() and _changed(patient, form, request):
            messages.success(request, "Written down: reminders are sent like this from now on.")
            return redirect("patient", patient.id)
    else:
        form = RemindersForm(initial=_initial(patient))
    return render(request, "therapy/people/reminders.html", {"patient": patient, "form": form})


@for_staff(writes=Act.CHANGE_CARE)
@require_POST
def end(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponseRedirect:
    """Send no reminders any more."""
    patient = request.access.patient(patient_id)
    switch_off(patient=patient, by=request.user)
    messages.success(request, "Reminders are switched off.")
    return redirect("patient", patient.id)


def _changed(patient: Patient, form: RemindersForm, request: StaffRequest) -> bool:
    given = dict(form.cleaned_data)
    chosen = {Channel.PUSH: given.pop("by_push"), Channel.EMAIL: given.pop("by_email")}
    channels = [channel for channel, wanted in chosen.items() if wanted]
    try:
        set_reminders(patient=patient, channels=channels, by=request.user, **given)
    except ValidationError as refused:
        for name, texts in refused.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
        return False
    return True


def _initial(patient: Patient) -> dict[str, Any]:
    rule = standing_rule(patient) or ReminderRule(patient=patient, by_push=True, language=spoken())
    return {
        "by_push": rule.by_push,
        "by_email": rule.by_email,
        "email": email_of(patient),
        "minutes_before": rule.minutes_before,
        "quiet_from": rule.quiet_from,
        "quiet_to": rule.quiet_to,
        "language": spoken(rule.language),
        "time_zone": patient.time_zone,
    }


def _obstacles(
    patient: Patient, rule: ReminderRule, schedule: list[dict[str, Any]], active: bool
) -> list[str]:
    """Why nothing, or not all, is sent of what the rule says."""
    found = []
    word = standing_words(patient).get(Consent.Scope.REMINDERS)
    if word is None:
        found.append("The patient has not been asked about reminders yet, so none is sent.")
    elif not word.given:
        found.append("The patient does not consent to reminders, so none is sent.")
    if not active:
        found.append("The plan is paused or has ended, so none is sent.")
    elif not schedule:
        found.append("The session plan has no times, so there is nothing to remind of.")
    if rule.by_push and push_key() is None:
        found.append("This server has no key for pushes, so none is pushed.")
    elif rule.by_push and not _is_subscribed(patient):
        found.append("No phone has asked for pushes yet; the patient allows them on the phone.")
    return found


def _is_subscribed(patient: Patient) -> bool:
    connected = PushSubscription.objects.filter(patient=patient, device__revoked_at=None)
    return connected.exists()
