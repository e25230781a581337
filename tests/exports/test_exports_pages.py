"""The panel of the model on the phone, on a patient's page."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from adaptation.asking import patient_export_key as export_key
from adaptation.models import BaseModel, PatientModel
from exports.models import Graph, ModelPackage, SigningKey
from exports.packages_page import parity_of
from exports.pages import PackagesPanel
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


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.objects.create(key_id="0a1b2c3d4e5f6071", public_key=bytes(32))


def model(people: People, base: BaseModel, version: int, **fields: Any) -> PatientModel:
    described: dict[str, Any] = {
        "patient": people.anna,
        "vector": b"",
        "support_digest": "0" * 64,
        "support_count": 0,
    }
    return PatientModel.objects.create(base=base, version=version, **described | fields)


def package(of: PatientModel, kind: str = "record", **fields: Any) -> ModelPackage:
    described: dict[str, Any] = {
        "patient": of.patient,
        "patient_model": of,
        "version": of.version,
        "kind": kind,
        "bytes": 566,
        "sha256": "0123456789abcdef" * 4,
        "signed": b"",
        "key": SigningKey.objects.get(),
        "learns": True,
        "created_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "expires_at": datetime(2026, 4, 30, 12, tzinfo=UTC),
    }
    return ModelPackage.objects.create(**described | fields)


def measured(**figures: Any) -> dict[str, float]:
    usual: dict[str, Any] = {
        "cases": 20,
        "deviation": 3.2e-7,
        "tolerance": 2e-6,
        "same_order": 19,
    }
    return Parity(**usual | figures).as_json()


def shown(people: People) -> Any:
    client = Client()
    client.force_login(people.alice)
    return client.get(reverse("patient", args=[people.anna.id]))


def panel(people: People) -> str:
    """The panel's text alone."""
    text = words(shown(people))
    return text[text.index(PackagesPanel.title) :]


def test_the_panel_is_registered() -> None:
    assert any(isinstance(one, PackagesPanel) for one in panels.panels())


def test_before_the_first_model_the_panel_says_what_is_awaited(people: People) -> None:
    assert "Nothing published yet. It follows the first model." in words(shown(people))


def test_a_model_that_is_not_published_is_named(people: People, base: BaseModel) -> None:
    model(people, base, 2)
    assert "Model version 2 is not published yet." in words(shown(people))


def test_the_record_is_shown_with_its_times_its_digest_and_what_it_was_made_from(
    people: People, base: BaseModel, key: SigningKey
) -> None:
    made = model(
        people,
        base,
        1,
        support_count=7,
        oldest_rating_at=datetime(2026, 1, 2, 12, tzinfo=UTC),
        newest_rating_at=datetime(2026, 2, 3, 12, tzinfo=UTC),
    )
    package(made, version=5)
    text = panel(people)
    assert re.search(r"Version 5, published .*1 Mar.*; to be used until .*30 Apr", text)
    assert re.search(r"Made from model 1: 7 rated tracks, .*2 Jan.* to .*3 Feb", text)
    assert "On the phone adapted further with every rating" in text
    assert "Size 566 bytes, and once for all patients the base" in text
    assert "signed with key 0a1b2c3d4e5f6071" in text
    assert (
        f'<abbr class="digest" title="{"0123456789abcdef" * 4}">0123456789ab…</abbr>'
        in shown(people).content.decode()
    )
    assert "older than the model" not in text


def test_the_panel_leads_to_every_download_and_to_all_versions(
    people: People, base: BaseModel, key: SigningKey
) -> None:
    package(model(people, base, 1), version=5)
    page = shown(people).content.decode()
    for kind in ("record", "onnx", "coreml"):
        assert f'href="{reverse("package", args=[people.anna.id, 5, kind])}"' in page
    assert f'href="{reverse("packages", args=[people.anna.id])}"' in page
    assert "Download Signed record · One file, ONNX · One file, Core ML" in panel(people)


def test_what_was_measured_is_shown_of_the_base_and_of_the_patients_own_files(
    people: People, base: BaseModel, key: SigningKey
) -> None:
    for name, form in (("adapt", "onnx"), ("playlist", "onnx")):
        Graph.objects.create(base=base, name=name, format=form, sha256="a" * 64, parity=measured())
    made = model(people, base, 1)
    package(made)
    package(made, "onnx", parity=measured(cases=5, same_order=5, deviation=1.1e-7))
    package(made, "coreml")
    text = panel(people)
    assert "adapt as onnx 3.2 × 10⁻⁷ 2 × 10⁻⁶" in text
    assert "playlist as onnx same order in 19 of 20 playlists 3.2 × 10⁻⁷ 2 × 10⁻⁶" in text
    own = "this patient’s file, onnx same order in 5 of 5 playlists 1.1 × 10⁻⁷ 2 × 10⁻⁶"
    assert own in text
    assert "file, coreml" not in text  # not measured for this patient


def test_the_newest_record_is_shown_and_an_old_model_called_old(
    people: People, base: BaseModel, key: SigningKey
) -> None:
    first, _ = model(people, base, 1), model(people, base, 2)
    package(first, version=1, sha256="c" * 64)
    package(first, version=2)
    text = panel(people)
    assert "Version 2, published" in text
    assert "model 1 older than the model, version 2" in text
    assert "cccccccccccc" not in text
    assert text.count("published") == 1


def test_another_patients_record_is_not_shown(
    people: People, base: BaseModel, key: SigningKey
) -> None:
    package(model(people, base, 1, patient=people.carl))
    assert "Nothing published yet" in panel(people)


def test_a_deviation_beyond_the_tolerance_stands_out(
    people: People, base: BaseModel, key: SigningKey
) -> None:
    for name, deviation in (("adapt", 2e-6), ("playlist", 2.1e-6)):
        Graph.objects.create(
            base=base,
            name=name,
            format="onnx",
            sha256="a" * 64,
            parity=measured(deviation=deviation),
        )
    inside, outside = parity_of(package(model(people, base, 1)))
    assert inside.within
    assert not outside.within
    assert inside.order == ""
    assert shown(people).content.decode().count('class="number attention"') == 1


def test_the_export_of_the_patients_model_shows_its_state(people: People, base: BaseModel) -> None:
    model(people, base, 1)
    job = Job.objects.create(
        kind="export_patient",
        key=export_key(people.anna.id),
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
