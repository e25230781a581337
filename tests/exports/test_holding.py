"""A therapist holds a patient's model, goes back to an earlier one, and lets it learn again."""

import base64
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from exports import holding, selectors
from exports.models import Hold, ModelPackage
from tests.exports.conftest import Publish, adapt, export
from tests.factories import MembershipFactory, PatientFactory, UserFactory
from tests.practice import Practice
from tests.therapy.pages.reading import words
from therapy.models import User
from worker.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def therapist(practice: Practice) -> User:
    user: User = UserFactory(name="Thea")
    MembershipFactory(user=user, clinic=practice.clinic, role="therapist")
    return user


@pytest.fixture
def client(therapist: User) -> Client:
    client = Client()
    client.force_login(therapist)
    return client


@pytest.fixture
def three(practice: Practice, publish: Publish) -> list[ModelPackage]:
    """Three versions, each of a model of its own."""
    made = [publish()]
    for liking in (5, 1):
        practice.sit((practice.tracks[liking], liking), before=(0, 0), after=(0.1, 0.1))
        made.append(publish())
    return made


def served(practice: Practice) -> ModelPackage:
    export(practice.patient)
    record = selectors.newest_package(practice.patient, "record")
    assert record is not None
    return record


def test_a_held_model_stays_whatever_is_learned_and_nothing_is_lost(
    practice: Practice, three: list[ModelPackage]
) -> None:
    held = three[2].patient_model
    holding.hold(patient=practice.patient, model=held, by=None)
    assert (served(practice).version, served(practice).learns) == (4, False)
    practice.sit((practice.tracks[3], 4), before=(0, 0), after=(0.1, 0.1))
    newest = adapt(practice.patient)
    assert newest.version == 4
    assert served(practice).patient_model == held
    assert served(practice).version == 4
    holding.end_hold(patient=practice.patient, by=None)
    record = served(practice)
    assert (record.version, record.patient_model, record.learns) == (5, newest, True)


def test_going_back_gives_the_old_vector_under_a_new_version(
    practice: Practice, three: list[ModelPackage]
) -> None:
    holding.hold(patient=practice.patient, model=three[0].patient_model, by=None)
    record = served(practice)
    assert record.version == 4
    then, now = selectors.content_of(three[0]), selectors.content_of(record)
    assert (now.vector, now.model) == (then.vector, then.model)
    assert now.vector != selectors.content_of(three[2]).vector


def test_a_second_hold_ends_the_first_and_both_are_remembered(
    practice: Practice, three: list[ModelPackage], therapist: User
) -> None:
    for record in three[:2]:
        holding.hold(patient=practice.patient, model=record.patient_model, by=therapist)
    ended, standing = Hold.objects.order_by("held_at")
    assert (ended.patient_model, ended.ended_by) == (three[0].patient_model, therapist)
    assert (standing.patient_model, standing.ended_at) == (three[1].patient_model, None)
    assert served(practice).patient_model == three[1].patient_model


def test_another_patients_model_cannot_be_held(
    practice: Practice, three: list[ModelPackage]
) -> None:
    other = PatientFactory(clinic=practice.clinic)
    with pytest.raises(ValueError, match="is not one of"):
        holding.hold(patient=other, model=three[0].patient_model, by=None)
    assert not Hold.objects.exists()


def test_holding_asks_for_an_export(practice: Practice, three: list[ModelPackage]) -> None:
    Job.objects.all().delete()
    holding.hold(patient=practice.patient, model=three[0].patient_model, by=None)
    assert Job.objects.get().key == f"export_patient:{practice.patient.id}"


# The page


def page(client: Client, practice: Practice) -> str:
    return words(client.get(reverse("packages", args=[practice.patient.id])))


def test_the_page_shows_every_version_with_what_it_was_made_from(
    client: Client, practice: Practice, three: list[ModelPackage]
) -> None:
    text = page(client, practice)
    for version, rated in ((1, "0 rated tracks"), (2, "1 rated track"), (3, "2 rated tracks")):
        assert f"{version} {version} {practice.base} {rated}" in text
    assert text.index("2 rated tracks") < text.index("0 rated tracks")
    assert "Hold model 3" in text


def test_a_therapist_holds_goes_back_and_ends_it_on_the_page(
    client: Client, practice: Practice, three: list[ModelPackage], therapist: User
) -> None:
    address = reverse("packages-hold", args=[practice.patient.id, 1])
    answer = client.post(address, {"reason": "slept better with it"}, follow=True)
    assert "Model 1 is held" in words(answer)
    hold = Hold.objects.get()
    assert (hold.patient_model, hold.held_by) == (three[0].patient_model, therapist)
    assert "by Thea: slept better with it" in page(client, practice)
    assert served(practice).patient_model.version == 1
    panel = words(client.get(reverse("patient", args=[practice.patient.id])))
    assert "by Thea: slept better with it" in panel
    client.post(reverse("packages-end-hold", args=[practice.patient.id]))
    assert Hold.objects.get().ended_by == therapist
    assert served(practice).patient_model.version == 3


def test_a_reason_that_is_too_long_changes_nothing(
    client: Client, practice: Practice, three: list[ModelPackage]
) -> None:
    address = reverse("packages-hold", args=[practice.patient.id, 1])
    answer = client.post(address, {"reason": "x" * 301}, follow=True)
    assert "has 301 characters; at most 300 are kept" in words(answer)
    assert not Hold.objects.exists()


def test_before_anything_is_published_the_page_says_so(client: Client, practice: Practice) -> None:
    assert "Nothing published yet" in page(client, practice)


@pytest.mark.parametrize("kind", ["record", "onnx", "coreml"])
def test_a_version_can_be_downloaded(
    client: Client, practice: Practice, three: list[ModelPackage], kind: str
) -> None:
    answer = client.get(reverse("package", args=[practice.patient.id, 2, kind]))
    package = selectors.package_of(practice.patient, kind, 2)
    assert package is not None
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == package.bytes
    assert answer["ETag"] == f'"{package.sha256}"'
    statement = None if kind == "record" else base64.b64encode(bytes(package.signed)).decode()
    assert answer.headers.get("Attune-Statement") == statement


def test_strangers_see_and_change_nothing(practice: Practice, three: list[ModelPackage]) -> None:
    stranger = Client()
    stranger.force_login(UserFactory())
    patient = practice.patient.id
    addresses = [
        stranger.get(reverse("packages", args=[patient])),
        stranger.get(reverse("package", args=[patient, 1, "record"])),
        stranger.post(reverse("packages-hold", args=[patient, 1])),
        stranger.post(reverse("packages-end-hold", args=[patient])),
    ]
    assert [answer.status_code for answer in addresses] == [404] * 4
    assert not Hold.objects.exists()
    nobody = Client().post(reverse("packages-hold", args=[patient, 1]))
    assert nobody.status_code == 302
    assert not Hold.objects.exists()


def test_a_version_that_is_not_there_is_not_found(
    client: Client, practice: Practice, three: list[ModelPackage]
) -> None:
    patient = practice.patient.id
    assert client.get(reverse("package", args=[patient, 9, "record"])).status_code == 404
    assert client.get(reverse("package", args=[patient, 1, "tflite"])).status_code == 404
    assert client.post(reverse("packages-hold", args=[patient, 9])).status_code == 404


# The command


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("packages", "--patient", "P-1", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_shows_holds_and_ends(practice: Practice, three: list[ModelPackage]) -> None:
    lines = said().splitlines()
    assert lines[0].startswith(f"version 3: model 3 of base {practice.base}, from 2 rated tracks,")
    assert lines[2].startswith("version 1: model 1")
    assert "Held at model 2" in said("--back-to", "2", "--reason", "calmer")
    assert Hold.objects.get(ended_at=None).patient_model.version == 2
    assert "Held" not in said("--newest")


def test_the_command_refuses_a_version_that_is_not_there(
    practice: Practice, three: list[ModelPackage]
) -> None:
    with pytest.raises(CommandError, match="No version 9 was published for P-1"):
        said("--back-to", "9")


def test_before_anything_is_published_there_is_nothing_to_hold(practice: Practice) -> None:
    assert "Nothing is published for P-1 yet." in said()
    with pytest.raises(CommandError, match="Nothing was published"):
        said("--hold")
