"""The panel of packages on a patient's page."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from adaptation.models import BaseModel, PatientModel
from exports.models import ModelPackage
from exports.pages import PackagesPanel, parity_of
from exports.parity import Parity
from tests.people import People, settle
from tests.therapy.pages.reading import words
from therapy.pages import panels
from worker.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return settle()


@pytest.fixture
def base(people: People) -> BaseModel:
    return BaseModel.objects.create(
        name="calm-base",
        version=1,
        learner="relation",
        schema=people.harbour.feature_schema,
        trained_on="simulated listeners",
        simulated=True,
        seed=1,
        weights="bases/x.pt",
        weights_sha256="0" * 64,
        vector_size=4,
    )


def model(people: People, base: BaseModel, version: int) -> PatientModel:
    return PatientModel.objects.create(
        patient=people.anna,
        base=base,
        version=version,
        vector=b"",
        support_digest="0" * 64,
        support_count=0,
    )


def package(of: PatientModel, kind: str, **fields: Any) -> ModelPackage:
    measured = Parity(cases=20, deviation=3.2e-7, tolerance=2e-6, same_order=19)
    return ModelPackage.objects.create(
        **{
            "patient_model": of,
            "kind": kind,
            "file": "packages/x.zip",
            "bytes": 86016,
            "sha256": "0123456789abcdef" * 4,
            "parity": {"playlist as onnx": measured.as_json()},
        }
        | fields
    )


def shown(people: People) -> Any:
    client = Client()
    client.force_login(people.alice)
    return client.get(reverse("patient", args=[people.anna.id]))


def test_the_panel_is_registered() -> None:
    assert any(isinstance(one, PackagesPanel) for one in panels.panels())


def test_before_the_first_model_the_panel_says_what_is_awaited(people: People) -> None:
    assert "Nothing published yet. Packages follow the first model." in words(shown(people))


def test_a_model_without_packages_is_named(people: People, base: BaseModel) -> None:
    model(people, base, 2)
    assert "Nothing published for model version 2 or an older one yet." in words(shown(people))


def test_a_package_is_shown_with_size_digest_and_measured_parity(
    people: People, base: BaseModel
) -> None:
    package(model(people, base, 1), "onnx")
    response = shown(people)
    text = words(response)
    assert "ONNX, for web and Android Model version 1 Published" in text
    assert "84.0\xa0KB" in response.content.decode()
    assert (
        f'<abbr class="digest" title="{"0123456789abcdef" * 4}">0123456789ab…</abbr>'
        in response.content.decode()
    )
    assert "playlist as onnx same order in 19 of 20 playlists 3.2 × 10⁻⁷ 2 × 10⁻⁶" in text
    assert "older than the model" not in text
    assert "Core ML" not in text


def test_the_newest_package_of_each_kind_is_shown_and_an_old_one_called_old(
    people: People, base: BaseModel
) -> None:
    first, second = model(people, base, 1), model(people, base, 2)
    package(first, "onnx")
    package(first, "coreml", sha256="c" * 64)
    package(second, "onnx", sha256="d" * 64)
    text = words(shown(people))
    assert text.count("Published") == 2
    assert "ONNX, for web and Android Model version 2 Published" in text
    assert "Model version 1 older than the model, version 2" in text
    assert "0123456789ab" not in text


def test_a_deviation_beyond_the_tolerance_stands_out() -> None:
    inside, outside = parity_of(
        {
            "adapt as onnx": {"deviation": 2e-6, "tolerance": 2e-6},
            "playlist as onnx": {"deviation": 2.1e-6, "tolerance": 2e-6},
        }
    )
    assert inside.within
    assert not outside.within
    assert inside.order == ""


def test_the_export_of_the_newest_model_shows_its_state(people: People, base: BaseModel) -> None:
    newest = model(people, base, 1)
    job = Job.objects.create(
        kind="export_patient_model",
        key=f"export_patient_model:{newest.id}",
        state="running",
        run_after=timezone.now(),
        lease_token=uuid.uuid4(),
        lease_until=timezone.now(),
        progress=0.85,
        note="Comparing this patient's playlists with PyTorch",
    )
    text = words(shown(people))
    assert "The export is running" in text
    assert "85 %: Comparing this patient's playlists with PyTorch" in text
    job.state, job.lease_token, job.lease_until = "failed", None, None
    job.error = "playlist as onnx deviates from PyTorch."
    job.save()
    failed = words(shown(people))
    assert "The last export failed" in failed
    assert "playlist as onnx deviates from PyTorch." in failed
    assert "manage.py export does it at once" in failed
