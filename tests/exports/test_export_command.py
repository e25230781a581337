"""`manage.py export`: publishing here and now."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from exports import services
from tests.exports.conftest import adapt, published
from tests.exports.tampering import FIGURE, tamper, with_another_bias
from tests.factories import PatientFactory
from tests.practice import Practice
from tests.trained import Graphs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quickly_measured")]


def test_the_command_says_what_was_published_and_how_near_it_is(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(services, "MEASURED", 5)
    adapt(practice.patient)
    call_command("export", patient="practice/P-1")
    said = capsys.readouterr().out
    packages = published(practice.patient)
    assert len(packages) == 3
    for package in packages.values():
        assert f"{package.kind}: {package.bytes:,} bytes, sha256 {package.sha256}" in said
    assert said.count("  deviates from PyTorch by") == 2
    assert said.count("(allowed 2e-06), same order in 5 of 5 cases") == 2
    call_command("export", patient="practice/P-1")
    assert packages["record"].sha256 in capsys.readouterr().out


def test_the_command_publishes_a_clinic(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    PatientFactory(clinic=practice.clinic)
    adapt(practice.patient)
    call_command("export", clinic="practice")
    said = capsys.readouterr().out
    assert "1 of 2 patients are due." in said
    assert "100%  1 of 1 patients" in said
    assert set(published(practice.patient)) == {"record", "onnx", "coreml"}
    call_command("export", clinic="practice")
    assert "0 of 2 patients are due." in capsys.readouterr().out


def test_the_command_tells_a_refusal_in_words(practice: Practice, graphs: Graphs) -> None:
    tamper(practice.base, with_another_bias(graphs["playlist", "onnx"], by=0.5))
    adapt(practice.patient)
    for whose in ({"patient": "P-1"}, {"clinic": "practice"}):
        with pytest.raises(CommandError, match=FIGURE):
            call_command("export", **whose)


def test_the_command_needs_a_model_and_a_patient(practice: Practice) -> None:
    with pytest.raises(CommandError, match=r"P-1 has no model yet; `manage.py adapt` makes one"):
        call_command("export", patient="P-1")
    with pytest.raises(CommandError, match="no patient 'P-9'"):
        call_command("export", patient="P-9")


@pytest.mark.parametrize("whose", [{}, {"patient": "P-1", "clinic": "practice"}])
def test_the_command_wants_one_of_patient_and_clinic(whose: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match=r"--patient|--clinic"):
        call_command("export", **whose)
