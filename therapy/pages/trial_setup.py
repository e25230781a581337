"""Staff page: setting up a trial. First what is to be compared and what that can find, then a look
at both arms, then it begins."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.outcomes.trials import powers, variation_of
from therapy.pages.requests import StaffRequest
from therapy.pages.trial_words import OUTCOMES, arms_of, differences_offered
from therapy.people.models import Patient
from therapy.plans.models import SessionPlan
from therapy.plans.selectors import current_plan
from therapy.trials.arms import READ
from therapy.trials.models import MOST_BLOCKS, MOST_EACH, Trial
from therapy.trials.services import begin_trial, design_problems, obstacles

FIRST = {"outcome": "calmer", "blocks": 6, "each": 2}


class DesignForm(forms.Form):
    difference = forms.ChoiceField(
        label="What B does otherwise",
        help_text="All else is as in the plan, in both: what may not be played, how much, how "
        "loud, and what keeps the patient safe.",
    )
    outcome = forms.ChoiceField(
        label="What would be better",
        choices=[(key, words) for key, (_, _, words) in OUTCOMES.items()],
        help_text="One question, chosen before the first session.",
    )
    blocks = forms.IntegerField(
        label="Blocks",
        min_value=1,
        max_value=MOST_BLOCKS,
        help_text="Each holds both ways equally often, in an order that chance makes.",
    )
    each = forms.IntegerField(
        label="Sessions of each way in a block", min_value=1, max_value=MOST_EACH
    )

    def __init__(self, *args: Any, plan: SessionPlan, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["difference"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = differences_offered(plan)


@for_staff(Act.CHANGE_CARE, writes=Act.CHANGE_CARE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def set_up(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponse:
    """`?difference=…` shows the trial that is asked for; POST of the same begins it."""
    patient = request.access.patient(patient_id)
    plan = current_plan(patient)
    said: dict[str, Any] = {"patient": patient, "obstacles": obstacles(patient), "plan": plan}
    if plan is None:
        return render(request, "therapy/trials/set_up.html", said)
    asked = request.POST if request.method == "POST" else request.GET
    form = _form(asked, plan)
    design = _design(form, patient, plan) if form.is_bound and form.is_valid() else None
    problems: list[str] = []
    if design is not None and request.method == "POST":
        try:
            begun = _begin(request, design)
        except ValidationError as refused:
            problems = refused.messages
        else:
            messages.success(request, "The trial has begun. The phone hears of it by itself.")
            return redirect("trial", patient.id, begun.id)
    said |= {"form": form, "design": design, "problems": problems}
    if design is not None:
        said |= _shown(patient, design)
    return render(request, "therapy/trials/set_up.html", said)


def _form(asked: QueryDict, plan: SessionPlan) -> DesignForm:
    if "difference" in asked:
        return DesignForm(asked, plan=plan)
    return DesignForm(plan=plan, initial=FIRST)


def _design(form: DesignForm, patient: Patient, plan: SessionPlan) -> Trial | None:
    """The trial that is asked for, not begun; None where it is none, which the form then says."""
    typed = form.cleaned_data
    field, _, value = typed["difference"].partition(":")
    axis, higher, _ = OUTCOMES[typed["outcome"]]
    trial = Trial(
        patient=patient,
        plan=plan,
        varied=field,
        other=READ[field](value),
        axis=axis,
        higher_is_better=higher,
        blocks=typed["blocks"],
        each=typed["each"],
    )
    problems = design_problems(trial)
    for name, texts in problems.items():
        form.add_error(name if name in form.fields else "difference", texts)
    return None if problems else trial


def _begin(request: StaffRequest, design: Trial) -> Trial:
    """The trial as it has begun. Raises ValidationError."""
    if request.POST.get("approved") != "yes":
        raise ValidationError("Say that you approve both arms for this patient.")
    if request.POST.get("plan") != str(design.plan.version):
        raise ValidationError("The plan has changed meanwhile. Look at both arms again.")
    return begin_trial(
        patient=design.patient,
        by=request.user,
        plan=design.plan,
        varied=design.varied,
        other=design.other,
        axis=design.axis,
        higher_is_better=design.higher_is_better,
        blocks=design.blocks,
        each=design.each,
    )


def _shown(patient: Patient, design: Trial) -> dict[str, Any]:
    """What stands beside the button: the arms, and what so many sessions can find."""
    variation = variation_of(patient, design.axis)
    an_arm = design.planned // 2
    a_week = sum(len(slot["days"]) for slot in design.plan.schedule)
    return {
        "arms": arms_of(design),
        "variation": variation,
        "an_arm": an_arm,
        "powers": [
            (effect, round(100 * chance)) for effect, chance in powers(design, variation.deviation)
        ],
        "weeks": -(-design.planned // a_week) if a_week else None,
    }
