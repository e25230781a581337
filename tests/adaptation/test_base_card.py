"""The model card of a base: its page, who may see it, and the command that writes it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from adaptation.cards import release_of
from adaptation.models import BaseModel, PatientModel
from tests.adaptation.learning.evaluation.releases import some_metrics
from tests.adaptation.learning.evaluation.results import some_result
from tests.factories import FeatureSchemaFactory, UserFactory
from tests.people import People, settle
from tests.therapy.pages.reading import rows, words
from therapy.models import Patient, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return settle()


def release(people: People, **fields: Any) -> BaseModel:
    return BaseModel.objects.create(
        **{
            "name": "harbour",
            "version": 3,
            "learner": "relation",
            "schema": people.harbour.feature_schema,
            "trained_on": "30 volunteers",
            "simulated": False,
            "seed": 7,
            "weights": "bases/x.pt",
            "weights_sha256": "ab" * 32,
            "vector_size": 86,
            "metrics": some_metrics(),
        }
        | fields
    )


def adapted(patient: Patient, base: BaseModel) -> PatientModel:
    return PatientModel.objects.create(
        patient=patient,
        base=base,
        version=1,
        vector=b"",
        support_digest="0" * 64,
        support_count=0,
    )


def page(user: User | None, address: str = "/bases/harbour/3/") -> Any:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.get(address)


def test_the_page_shows_what_was_measured(people: People) -> None:
    release(people)
    shown = page(people.bob)
    said = words(shown)
    assert "Model card of harbour 3" in said
    assert "Learned from 30 volunteers" in said
    assert "of 6 listeners that training never met; it learned from 24 others" in said
    assert "Liking 10 0.400 0.420 81 %" in rows(shown)
    assert "liking, K = 3: no lower than mean and offset" in said
    rests_on = "the person's own average alone, from 3 ratings on"
    assert f"Liking {rests_on} +8.0 ± 2.0 % −1.1 ± 1.0 %" in rows(shown)
    assert rows(shown)[-1].endswith("too few people to tell too few people to tell")
    assert "never use it to diagnose" in said
    assert "simulated" not in said


def test_a_simulated_base_is_called_so(people: People) -> None:
    release(people, simulated=True)
    said = words(page(people.alice))
    assert "harbour 3 simulated" in said
    assert "This base learned from simulated listeners only." in said
    assert "no evidence that it helps anybody" in said


def test_a_base_of_before_that_measured_nothing_has_a_page(people: People) -> None:
    release(people, metrics={})
    said = words(page(people.alice))
    assert "Nothing was measured when it was released." in said
    assert "Where adapting does not help" not in said


def test_the_page_is_framed_like_its_neighbours(people: People) -> None:
    release(people, trained_on="<script>alert(1)</script>")
    response = page(people.alice)
    html = response.content.decode()
    assert html.count("<h1") == 1
    assert re.search(r"<title>Model card of harbour 3 · Attune</title>", html)
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", html)
    assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]


def test_who_has_not_signed_in_is_sent_to_do_so(people: People) -> None:
    release(people)
    refused = page(None)
    assert refused.status_code == 302
    assert refused.headers["Location"].startswith(reverse("sign-in"))


def test_only_staff_of_a_clinic_that_could_use_the_base_see_it(people: People) -> None:
    base = release(people, schema=FeatureSchemaFactory(name="other"))
    everybody = (people.alice, people.bob, people.charlie, UserFactory())
    assert [page(user).status_code for user in everybody] == [404] * 4
    people.hill.feature_schema = base.schema
    people.hill.save()
    assert [page(user).status_code for user in everybody] == [404, 404, 200, 404]
    adapted(people.anna, base)  # before the clinic went over to another schema
    assert [page(user).status_code for user in everybody] == [200, 200, 200, 404]


def test_another_version_or_name_is_not_there(people: People) -> None:
    release(people)
    for address in ("/bases/harbour/4/", "/bases/hill/3/", "/bases/harbour/"):
        assert page(people.alice, address).status_code == 404


def test_it_is_only_read(people: People) -> None:
    release(people)
    client = Client()
    client.force_login(people.alice)
    assert client.post("/bases/harbour/3/").status_code == 405


def test_the_patients_page_leads_to_the_card(people: People) -> None:
    adapted(people.anna, release(people))
    html = page(people.alice, reverse("patient", args=[people.anna.id])).content.decode()
    assert '<a href="/bases/harbour/3/">Model card</a>' in html


def test_the_patients_page_says_what_a_prediction_rests_on(people: People) -> None:
    """Where the model abstains, and from how many ratings on; nothing that was not measured."""
    adapted(people.anna, release(people))
    said = words(page(people.alice, reverse("patient", args=[people.anna.id])))
    assert "predicted from the patient's own average" in said
    assert "once there are 3 ratings" in said
    assert said.count("The model abstains from more") == 1
    assert said.count("predicted from") == 1  # too few people to tell of valence


def test_the_card_of_a_base_is_written_from_its_newest_release(
    people: People, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    release(people, version=2, metrics={})
    base = release(people)
    call_command("model_card", "--base", "harbour", "--to", "-")
    printed = capsys.readouterr().out
    assert printed.startswith("# Model card: harbour 3\n")
    assert release_of(base).no_gain[0] in printed
    call_command("model_card", "--base", "harbour", "--to", str(tmp_path / "card.md"))
    assert (tmp_path / "card.md").read_text() == printed


def test_the_card_of_an_evaluation_may_name_its_base(
    people: People, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(some_result()))
    command = ("model_card", "--to", "-", "--json", str(path))
    call_command(*command)
    assert capsys.readouterr().out.startswith("# Model card: relation-kernel\n")
    call_command(*command, "--learner", "ridge")
    assert capsys.readouterr().out.startswith("# Model card: ridge\n")
    release(people)
    call_command(*command, "--base", "harbour")
    printed = capsys.readouterr().out
    assert printed.startswith("# Model card: harbour 3\n")
    assert "| Data set | known |" in printed


def test_what_cannot_be_written_is_refused_in_words(people: People, tmp_path: Path) -> None:
    torn = tmp_path / "torn.json"
    torn.write_text("{")
    other = tmp_path / "other.json"
    other.write_text('{"protocol": "situnes-1"}')
    for options, refusal in (
        ((), "Say what the card is of"),
        (("--base", "hill"), "No base is called 'hill'. There is none yet."),
        (("--json", str(tmp_path / "none.json")), "No such file"),
        (("--json", str(torn)), "torn.json is no JSON"),
        (("--json", str(other)), "it lacks data, settings, learners"),
    ):
        with pytest.raises(CommandError, match=re.escape(refusal)):
            call_command("model_card", "--to", "-", *options)
    release(people)
    with pytest.raises(CommandError, match="There are harbour"):
        call_command("model_card", "--to", "-", "--base", "hill")
