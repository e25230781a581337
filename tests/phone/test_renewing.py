"""A phone in TypeScript asks the real server for its model, and uses none that it should not."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from exports import keyring
from exports.models import ModelPackage
from exports.selectors import content_of
from tests.exports.conftest import adapt, export, published
from tests.factories import PatientFactory
from tests.phone.made_up_phone import MadeUpPhone
from tests.practice import Practice
from therapy.people.services import revoke_device

pytestmark = pytest.mark.django_db(transaction=True)

Renew = Callable[..., Any]
MONTHS = timedelta(days=61).total_seconds()


@pytest.fixture
def phone() -> Iterator[MadeUpPhone]:
    with MadeUpPhone("run_model.mjs") as phone:
        yield phone


@pytest.fixture
def renew(phone: MadeUpPhone, practice: Practice, live_server: Any) -> Renew:
    """The patient's phone, which was connected and trusts the keys that were listed then."""
    deliver(practice)
    server = {"server": live_server.url, "token": token_of(practice)}
    phone.do("trust", **server)
    patient = str(practice.patient.id)

    def asks(**given: Any) -> Any:
        return phone.do("renew", **(server | {"patient": patient} | given))

    return asks


def token_of(practice: Practice) -> str:
    return practice.phone.headers["Authorization"].removeprefix("Bearer ")


def deliver(practice: Practice) -> ModelPackage:
    adapt(practice.patient)
    export(practice.patient)
    return published(practice.patient)["record"]


def rate_and_deliver(practice: Practice) -> ModelPackage:
    practice.sit((practice.tracks[0], 5), (practice.tracks[1], 1))
    return deliver(practice)


def test_the_model_is_fetched_once_and_then_only_when_it_changes(
    renew: Renew, phone: MadeUpPhone, practice: Practice
) -> None:
    assert renew() == {"outcome": "renewed", "version": 1}
    assert renew() == {"outcome": "unchanged"}
    record = rate_and_deliver(practice)
    phone.do("asked")
    assert renew() == {"outcome": "renewed", "version": 2}
    assert phone.do("asked") == [["/api/v1/model", True]], "the base was kept"
    assert phone.do("kept")["vector"] == content_of(record).numbers.tolist()


def test_a_base_is_fetched_without_the_token(renew: Renew, phone: MadeUpPhone) -> None:
    renew()
    sent = {path: token for path, token in phone.do("asked") if "/bases/" in path}
    assert list(sent.values()) == [False]


@pytest.mark.parametrize(
    ("flip", "reason"),
    [("/api/v1/model", "wrong-signature"), ("/api/v1/bases/", "wrong-content")],
)
def test_what_was_changed_on_the_way_is_refused_and_the_last_good_model_stays(
    flip: str, reason: str, renew: Renew, phone: MadeUpPhone, practice: Practice
) -> None:
    refused = renew(flip=flip)
    assert (refused["outcome"], refused["reason"]) == ("refused", reason)
    assert phone.do("kept") is None
    renew()
    rate_and_deliver(practice)
    if reason == "wrong-signature":
        assert renew(flip=flip)["reason"] == reason
        assert phone.do("kept")["version"] == 1
    assert renew()["version"] == 2


def test_an_expired_model_is_refused_also_by_a_clock_that_runs_ahead(
    renew: Renew, phone: MadeUpPhone
) -> None:
    refused = renew(ahead=MONTHS)
    assert (refused["reason"], refused["version"]) == ("expired", 1)
    assert phone.do("kept") is None


def test_another_patients_model_is_refused(renew: Renew, phone: MadeUpPhone) -> None:
    refused = renew(patient=str(PatientFactory().id))
    assert (refused["reason"], refused["version"]) == ("other-patient", None)
    assert phone.do("kept") is None


def test_a_new_key_is_believed_because_the_old_one_signed_it(
    renew: Renew, phone: MadeUpPhone, practice: Practice
) -> None:
    renew()
    keyring.create()
    export(practice.patient)
    phone.do("asked")
    assert renew() == {"outcome": "renewed", "version": 2}
    assert ["/api/v1/keys", True] in phone.do("asked")


def test_a_key_that_nothing_endorses_is_not(
    renew: Renew, phone: MadeUpPhone, practice: Practice
) -> None:
    renew()
    keyring.create(lost=True)
    export(practice.patient)
    assert renew()["reason"] == "unknown-key"
    assert phone.do("kept")["version"] == 1


def test_before_there_is_a_model_and_after_the_phone_was_ended(
    phone: MadeUpPhone, practice: Practice, live_server: Any
) -> None:
    server = {"server": live_server.url, "token": token_of(practice)}
    patient = str(practice.patient.id)
    assert phone.do("renew", patient=patient, **server) == {"outcome": "none"}
    revoke_device(device=practice.phone.device)
    assert phone.do("renew", patient=patient, **server) == {"thrown": "Problem", "status": 401}
