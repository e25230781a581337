"""A POST that is sent again with its Idempotency-Key gets its answer again, and does nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.people import People
from tests.problems import places, problem_in
from tests.threads import at_once
from therapy.api.idempotency import LONGEST_WORK
from therapy.api.models import KeptAnswer
from therapy.api.sweeping import sweep
from therapy.people.models import Device, Patient
from therapy.people.pairing import make_pairing_code, shown

pytestmark = pytest.mark.django_db

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def a_code(patient: Patient) -> str:
    return shown(make_pairing_code(patient=patient, by=None))


def pair(code: str, key: str | None = KEY, label: str = "") -> Any:
    return Client().post(
        "/api/v1/pairings",
        {"code": code, "label": label},
        "application/json",
        headers={} if key is None else {"Idempotency-Key": key},
    )


def phones(people: People) -> int:
    return Device.objects.filter(patient=people.anna).count() - 1


def test_an_answer_that_was_lost_is_had_again(people: People) -> None:
    code = a_code(people.anna)
    first, again = pair(code), pair(code, f'"{KEY}"')
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["Cache-Control"] == "no-store"
    assert phones(people) == 1
    token = again.json()["token"]
    me = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["patient_code"] == "ANNA"


def test_without_the_key_or_with_another_there_is_no_second_answer(people: People) -> None:
    code = a_code(people.anna)
    pair(code)
    assert pair(code, None).status_code == pair(code, KEY[::-1]).status_code == 404


def test_another_body_under_the_key_is_refused(people: People) -> None:
    code = a_code(people.anna)
    pair(code)
    assert problem_in(pair(code, label="red"), 422)["code"] == "idempotency_key_reused"
    assert phones(people) == 1


def test_a_refusal_is_not_kept(people: People) -> None:
    assert pair("ACDE-3479").status_code == 404
    assert pair(a_code(people.anna)).status_code == 201


@pytest.mark.parametrize("key", ["", "short", "x" * 101, "with a space inside it", "ümlaut" * 4])
def test_a_key_that_is_none_is_refused_by_its_name(people: People, key: str) -> None:
    problem = problem_in(pair(a_code(people.anna), key), 400)
    assert list(places(problem["errors"])) == ["Idempotency-Key"]
    assert problem["errors"][0]["header"]


def test_while_the_first_is_at_work_the_second_is_told_to_wait(people: People) -> None:
    code = a_code(people.anna)
    pair(code)
    KeptAnswer.objects.update(status=None)
    answer = pair(code)
    assert problem_in(answer, 409)["code"] == "idempotency_key_in_use"
    assert answer.headers["Retry-After"] == "1"


def test_who_was_killed_at_work_is_not_waited_for(people: People) -> None:
    code = a_code(people.anna)
    pair(code)
    KeptAnswer.objects.update(status=None, begun_at=timezone.now() - LONGEST_WORK)
    assert pair(code).status_code == 404, "the code is used"
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_works_and_all_have_its_answer(people: People) -> None:
    code = a_code(people.anna)

    def until_answered() -> Any:
        while (answer := pair(code)).status_code == 409:
            pass
        return answer

    answers = at_once(*[until_answered] * 6)
    assert {answer.status_code for answer in answers} == {201}, answers
    assert len({answer.content for answer in answers}) == 1
    assert phones(people) == 1


def test_what_is_kept_tells_nothing_and_goes(people: People) -> None:
    code = a_code(people.anna)
    token = pair(code).json()["token"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM therapy_keptanswer")
        stored = repr(cursor.fetchall())
    for secret in (token, code, KEY, "ANNA"):
        assert secret not in stored
    row = KeptAnswer.objects.get()
    assert row.patient == people.anna
    assert timedelta(minutes=14) < row.expires_at - timezone.now() <= timedelta(minutes=15)
    sweep()
    assert KeptAnswer.objects.exists()
    KeptAnswer.objects.update(expires_at=timezone.now())
    assert pair(code).status_code == 404
    KeptAnswer.objects.create(key_hmac="k", body_hmac="b", expires_at=timezone.now())
    sweep()
    assert not KeptAnswer.objects.exists()
