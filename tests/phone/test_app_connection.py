"""The patient's app when the clinic ends its access, when it becomes somebody else's, and when the
consent to care is taken back."""

import pytest

from tests.phone.on_server import has
from tests.phone.patient import Patient
from tests.phone.surgery import Surgery
from tests.waiting import until
from therapy.models import Device
from therapy.people.services import revoke_device

pytestmark = [pytest.mark.browser, pytest.mark.system]

NO_LONGER = "This phone is no longer connected."


def revoke(clinic: Surgery) -> None:
    for device in Device.objects.filter(patient=clinic.patient):
        revoke_device(device=device)


def test_a_phone_that_was_ended_goes_on_and_hands_over_when_it_is_connected_again(
    app: Patient, clinic: Surgery
) -> None:
    revoke(clinic)
    app.sit()
    app.until_it_reads(NO_LONGER)
    app.sit()
    waiting = app.waiting()
    assert not has(clinic.patient)

    app.tap("pair.again", "link")
    app.page.locator("input[name=code]").fill(clinic.code())
    app.tap("pair.connect")
    app.sees("ready.title")
    app.tap("ready.go")
    app.sees("home.title")
    app.hand_over()
    assert NO_LONGER not in app.text()
    arrived = has(clinic.patient)
    assert set(arrived) == waiting
    assert set(arrived.values()) == {1}


def test_what_another_patient_reported_is_not_sent_and_goes_after_asking_alone(
    app: Patient, clinic: Surgery
) -> None:
    revoke(clinic)
    app.sit()
    app.until_it_reads(NO_LONGER)
    of_first = app.waiting()
    other = clinic.admit("P-2")
    app.come_in(clinic.code(other))
    app.until_it_reads("entries that somebody else reported")
    app.sit()
    app.hand_over()
    assert not has(clinic.patient)
    assert len([kind for kind, _ in has(other) if kind == "session"]) == 1
    assert app.waiting() == of_first

    app.tap("pair.forgetOthers")
    app.until_it_reads(app.say("pair.forgetOthersSure"))
    assert app.waiting() == of_first
    app.tap("pair.forgetOthers")
    app.until_it_is_gone("somebody else reported")
    assert app.waiting() == set()
    app.go("history")
    app.until_it_reads("3 pieces heard")


def stopped(app: Patient) -> None:
    """The app has nothing but the patient's own history and the texts."""
    app.sees("ended.title")
    until(lambda: not app.kept("model") and not app.waiting(), "model and what waits to be gone")
    app.go("history")
    app.until_it_reads("3 pieces heard")
    app.go("home")
    app.sees("ended.title")


def test_care_that_is_taken_back_offline_ends_the_app_at_once_and_can_be_given_again(
    app: Patient, clinic: Surgery
) -> None:
    app.sit()
    app.hand_over()
    before = set(has(clinic.patient))
    clinic.network.weather = "gone"
    app.sit()
    app.go("consent/care")
    app.tap("consent.no.care")
    app.until_it_reads(app.say("consent.takeBackCare"))
    assert app.waiting() != set()
    app.tap("consent.takeBackSure")
    stopped(app)
    app.reload()
    stopped(app)

    clinic.network.weather = "fine"
    app.try_to_hand_over()
    assert standing(clinic) is False
    assert set(has(clinic.patient)) == before
    app.go("home")
    app.tap("ended.read")
    app.tap("consent.yes.care")
    app.find("button", "home.make").wait_for()
    assert standing(clinic) is True
    app.sit()
    app.hand_over()
    assert set(has(clinic.patient)) > before


def test_care_that_was_taken_back_elsewhere_ends_the_app_when_it_hears_of_it(
    app: Patient, clinic: Surgery
) -> None:
    clinic.network.weather = "gone"
    app.sit()
    clinic.say("care", given=False)
    clinic.network.weather = "fine"
    app.try_to_hand_over()
    app.go("home")
    stopped(app)
    assert not has(clinic.patient)

    clinic.say("care", given=True)
    app.try_to_hand_over()
    app.go("home")
    app.find("button", "home.make").wait_for()
    app.sit()
    app.hand_over()
    assert has(clinic.patient)


def standing(clinic: Surgery) -> bool:
    newest = clinic.patient.consents.filter(scope="care").order_by("-id")[0]
    return bool(newest.given)
