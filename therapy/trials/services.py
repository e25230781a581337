"""The only writer of trials."""

import secrets
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction

from therapy.access.acts import Act
from therapy.people.models import Consent, Patient, User
from therapy.people.selectors import has_ended_care, standing_words
from therapy.people.visibility import access_of
from therapy.plans.models import SessionPlan, Standing
from therapy.plans.selectors import current_plan, standing_of
from therapy.records import Problems, add, out_of_range, problems_of, refuse, text_problems
from therapy.statistics.single_case import randomised_blocks
from therapy.trials.arms import arm_problems
from therapy.trials.models import MOST_BLOCKS, MOST_EACH, Arm, Assignment, Trial, TrialDecision
from therapy.trials.selectors import ends_of, running_trial

FEWEST_AN_ARM, MOST_AN_ARM = 4, 60
LONGEST_WORDS = 2000
BOUNDS = {"blocks": (1, MOST_BLOCKS), "each": (1, MOST_EACH)}


@transaction.atomic
def begin_trial(
    *,
    patient: Patient,
    by: User,
    plan: SessionPlan,
    varied: str,
    other: Any,
    axis: str,
    higher_is_better: bool,
    blocks: int,
    each: int,
) -> Trial:
    """Begin a trial of the plan in force (arm A) beside the same with `other` as its `varied`
    (arm B), and draw the arm of every session, once.

    Raises PermissionDenied where `by` may not change the patient's care, and ValidationError by
    field, with what stands in the way of any trial under no field.
    """
    _refuse_who_may_not(by, patient)
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)
    consent = standing_words(patient).get(Consent.Scope.EXPERIMENTS)
    trial = Trial(
        patient=patient,
        plan=plan,
        consent=consent,
        varied=varied,
        other=other,
        axis=axis,
        higher_is_better=higher_is_better,
        blocks=blocks,
        each=each,
        seed=secrets.randbits(53),
        begun_by=by,
    )
    refuse(design_problems(trial) | _in_the_way(patient, plan))
    add(trial)
    drawn = randomised_blocks(trial.blocks, trial.each, trial.seed)
    arms = [(block, arm) for block, of_it in enumerate(drawn) for arm in of_it]
    Assignment.objects.bulk_create(
        Assignment(trial=trial, position=position, block=block, arm=Arm.B if arm else Arm.A)
        for position, (block, arm) in enumerate(arms)
    )
    return trial


def design_problems(trial: Trial) -> Problems:
    """What is wrong with the design of a trial that is not begun, by field."""
    problems = problems_of(trial, unchecked=["other", "seed"]) | out_of_range(trial, BOUNDS)
    if not problems.keys() & BOUNDS.keys():
        an_arm = trial.blocks * trial.each
        if not FEWEST_AN_ARM <= an_arm <= MOST_AN_ARM:
            problems["blocks"] = [
                f"An arm has {FEWEST_AN_ARM} to {MOST_AN_ARM} sessions; this would be {an_arm}."
            ]
    return arm_problems(trial.plan, trial.varied, trial.other) | problems


def obstacles(patient: Patient) -> list[str]:
    """Why no trial can begin with this patient now, in sentences."""
    found = []
    if has_ended_care(patient):
        found.append("The patient took back the consent to care.")
    consent = standing_words(patient).get(Consent.Scope.EXPERIMENTS)
    if consent is None:
        found.append("The patient was never asked about experiments. They are, on their phone.")
    elif not consent.given:
        found.append("The patient does not consent to experiments.")
    if current_plan(patient) is None:
        found.append("No session plan is prescribed yet.")
    elif standing_of(patient) != Standing.ACTIVE:
        found.append("The plan is not in force: it is paused or ended.")
    if running_trial(patient) is not None:
        found.append("Another trial goes on. One at a time, or neither could be told apart.")
    return found


@transaction.atomic
def stop_trial(*, trial: Trial, by: User, words: str = "") -> TrialDecision:
    """End a trial that goes on, at once and for good. Raises PermissionDenied, and ValidationError
    where it is over already, or `words` are too long."""
    return _write_down(trial, by, TrialDecision.Kind.STOPPED, words, must_be_over=False)


@transaction.atomic
def decide(
    *, trial: Trial, by: User, choice: str, words: str, estimate: dict[str, Any] | None
) -> TrialDecision:
    """Write down what is done after a trial that is over, once, beside the `estimate` that whoever
    decided has seen. Raises as `stop_trial` does, and for a choice that there is not."""
    kind = TrialDecision.Kind.DECIDED
    return _write_down(trial, by, kind, words, choice=choice, estimate=estimate, must_be_over=True)


def _write_down(
    trial: Trial, by: User, kind: str, words: str, *, must_be_over: bool, **fields: Any
) -> TrialDecision:
    _refuse_who_may_not(by, trial.patient)
    Patient.objects.select_for_update(no_key=True).get(id=trial.patient_id)
    row = TrialDecision(
        patient=trial.patient,
        trial=trial,
        kind=kind,
        words=words.strip(),
        recorded_by=by,
        **fields,
    )
    problems = problems_of(row) | text_problems(row, ("words",), LONGEST_WORDS)
    if "choice" in fields and not row.choice:
        problems["choice"] = ["Say what follows from the trial."]
    if (ends_of([trial])[trial.id] is not None) != must_be_over:
        text = "The trial goes on." if must_be_over else "The trial is over already."
        problems[NON_FIELD_ERRORS] = [text]
    refuse(problems)
    return add(row)


def _in_the_way(patient: Patient, plan: SessionPlan) -> Problems:
    texts = obstacles(patient)
    in_force = current_plan(patient)
    if in_force is not None and in_force.id != plan.id:
        texts.append("The plan has changed meanwhile. Look at both arms again.")
    return {NON_FIELD_ERRORS: texts} if texts else {}


def _refuse_who_may_not(by: User, patient: Patient) -> None:
    if not access_of(by, Act.CHANGE_CARE).reaches(patient.clinic_id):
        raise PermissionDenied(f"{by} may not {Act.CHANGE_CARE} in this clinic.")
