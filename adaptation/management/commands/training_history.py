from typing import Any

from django.core.management import BaseCommand, CommandParser

from adaptation.models import TrainingMembership
from adaptation.selectors import trainings_of, withdrawn_trainings
from therapy.management.plainly import told_plainly
from therapy.models import Clinic, Consent, Patient
from therapy.people.selectors import clinic_of, consents_to, patient_named


class Command(BaseCommand):
    help = (
        "Say which released bases were trained on a patient's ratings; or, for a clinic, which "
        "hold patients who have withdrawn their consent to pooled learning since."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        about = parser.add_mutually_exclusive_group(required=True)
        about.add_argument("--patient", metavar="CODE|CLINIC/CODE|ID")
        about.add_argument("--clinic", metavar="SLUG")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            if options["patient"]:
                lines = _of_patient(patient_named(options["patient"]))
            else:
                lines = _of_clinic(clinic_of(slug=options["clinic"]))
        for line in lines:
            self.stdout.write(line)


def _of_patient(patient: Patient) -> list[str]:
    trainings = list(trainings_of(patient))
    does = "consents" if consents_to(patient, Consent.Scope.POOLED_LEARNING) else "does not consent"
    return [
        f"{patient} {does} to pooled learning. Releases with their ratings: {len(trainings)}.",
        *(_in_words(training) for training in trainings),
    ]


def _in_words(training: TrainingMembership) -> str:
    base, consent = training.base, training.consent
    return (
        f"  {base}, released {base.created_at:%Y-%m-%d}: {training.ratings_used} rated tracks, "
        f"by the consent of {consent.recorded_at:%Y-%m-%d} to text {consent.text_version}"
    )


def _of_clinic(clinic: Clinic) -> list[str]:
    trainings = list(withdrawn_trainings(clinic))
    bases = list(dict.fromkeys(training.base for training in trainings))
    return [
        f"Releases that hold patients of {clinic} who have withdrawn since: {len(bases)}.",
        *(
            f"  {base}: {', '.join(t.patient.code for t in trainings if t.base_id == base.id)}"
            for base in bases
        ),
    ]
