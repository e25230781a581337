"""Tables of a clinic that wait to be fetched: no foreign key shows that a patient is in them."""

from collections.abc import Sequence

from therapy.archives import discard
from therapy.interchange.models import TablesExport
from therapy.people.models import Patient
from therapy.rights.holders import Going


class ClinicTables:
    """Whoever wants them asks again: then without the patient."""

    def stays(self, patient: Patient) -> Sequence[str]:
        return ()

    def forget(self, going: Going) -> None:
        """Those that are being made, too: their job finds no row, and keeps nothing."""
        clinics = TablesExport.objects.filter(clinic=going.patient.clinic_id)
        discard(clinics.select_for_update())
