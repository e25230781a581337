"""What stays of a patient who is erased: bases that were trained on their ratings among others'."""

from collections.abc import Sequence

from django.db.models import F

from adaptation.models import BaseModel
from adaptation.selectors import trainings_of
from therapy.models import Patient
from therapy.rights.holders import Going


class TrainedBases:
    """A base is what many people's ratings have in common, and nobody can be taken out of it again.
    It counts how many of them were erased, and no longer says who they were."""

    def stays(self, patient: Patient) -> Sequence[str]:
        return [
            f"The base {training.base}, which was trained on ratings of theirs among others’, with "
            "their consent. It holds numbers that are common to all of them; it will count one "
            "member who was erased, and not say who. To be rid of it, train and release another."
            for training in trainings_of(patient)
        ]

    def forget(self, going: Going) -> None:
        of_theirs = BaseModel.objects.filter(members__patient=going.patient).values("id")
        BaseModel.objects.filter(id__in=list(of_theirs.values_list("id", flat=True))).update(
            erased_members=F("erased_members") + 1
        )
