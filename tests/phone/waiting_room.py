"""What the app's installations start from: `manage.py shell -c "…seed(…)"`.

A practice whose pieces last seconds and sound, with the small base released, and patients who each
have a plan and a first model.
"""

import json
from pathlib import Path

from django.core.files.base import ContentFile

from exports import releasing, services
from tests.exports.conftest import adapt, export, keep
from tests.phone.tones import tone
from tests.practice import open_practice
from tests.trained import small_base, small_graphs
from therapy.models import Membership, Patient, Track, User
from therapy.people.pairing import make_pairing_code, shown
from therapy.people.services import create_patient, create_staff
from therapy.plans.services import PlanFields, prescribe
from worker.models import Job

STAFF = "alice@example.org"
NOT_ALLOWED, FORBIDDEN = "percussion", 3  # so many pieces have the tag
PIECE_SECONDS = 5.0  # so that a session is heard out in a quarter of a minute

SHORT: PlanFields = {
    "target_valence": 0.5,
    "target_arousal": -0.5,
    "track_count": 3,
    "fade_in": 0,
    "fade_out": 0,
    "excluded_tags": [NOT_ALLOWED],
}
EVERYTHING: PlanFields = {
    **SHORT,
    "schedule": [{"days": [1, 2, 3, 4, 5, 6, 7], "at": "00:00", "minutes": 1440}],
    "homework": "Go for a walk each day.",
    "breathing_rate": 6.0,
    "output": "headphones",
    "volume_ceiling": 60,
    "crisis_plan": "Call my sister.\nGo outside.",
    "measures": [
        {"measure": "phq9", "when": "weekly", "may_skip": True},
        {"measure": "vas-anxiety", "when": "before-session", "may_skip": True},
        {"measure": "phq4", "when": "after-session", "may_skip": True},
    ],
}
PATIENTS = {
    "JOURNEY": SHORT,
    "KEYS": SHORT,
    "BREATH": {**SHORT, "breathing_rate": 6.0},
    "SCREENS-EN": EVERYTHING,
    "SCREENS-ZH": EVERYTHING,
}


def seed(shared: str) -> None:
    """Open the practice with its patients. `shared`: where the base and its graphs are kept
    (tests/trained.py)."""
    releasing.TEMPLATE_CASES = services.MEASURED = 1
    practice = open_practice(small_base(Path(shared)))
    keep(small_graphs(Path(shared)), practice)
    for number, track in enumerate(practice.tracks):
        give_sound(track, 220.0 + 20.0 * number)
        track.tags = [NOT_ALLOWED] if number < FORBIDDEN else []
        track.save()
    alice, _ = create_staff(
        clinic=practice.clinic, email=STAFF, role=Membership.Role.OWNER, name="Alice"
    )
    for code, plan in PATIENTS.items():
        patient = create_patient(clinic=practice.clinic, code=code, origin=Patient.Origin.SIMULATED)
        prescribe(patient=patient, by=alice.user, **plan)
        adapt(patient)
        export(patient)
    Job.objects.all().delete()  # the tests begin with nothing asked for


def pairing_codes() -> None:
    """Writes as JSON on stdout a new code for each patient, as the patient's page makes it."""
    alice = User.objects.get(email=STAFF)
    patients = Patient.objects.filter(code__in=PATIENTS)
    codes = {one.code: shown(make_pairing_code(patient=one, by=alice)) for one in patients}
    print(json.dumps(codes))  # noqa: T201  this is the command's answer


def give_sound(track: Track, frequency: float) -> None:
    """A quiet tone of `frequency` Hz."""
    track.duration_seconds = PIECE_SECONDS
    content = tone(frequency, PIECE_SECONDS)
    track.audio.save(f"{track.id}.wav", ContentFile(content), save=False)
    track.audio_sha256 = f"{track.id.int:064x}"
