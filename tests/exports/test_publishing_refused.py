"""What is not published: nothing that is damaged, or that does not agree with PyTorch."""

from pathlib import Path

import numpy as np
import pytest

from adaptation.models import PatientModel
from adaptation.selectors import vector_of
from exports import files, releasing
from exports.files import Lost
from exports.models import ModelPackage, Template
from exports.parity import OutOfTolerance
from tests.exports.conftest import Publish, adapt, export, published
from tests.exports.tampering import (
    FIGURE,
    spoil,
    spoil_template,
    tamper,
    with_another_bias,
    with_other_weights,
)
from tests.practice import Practice
from tests.trained import Graphs
from worker.jobs import JobRefused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quickly_measured")]


@pytest.mark.parametrize("form", ["onnx", "coreml-float32"])
def test_a_tampered_graph_is_refused_with_the_figure_and_nothing_is_published(
    practice: Practice, graphs: Graphs, form: str
) -> None:
    """Before the base is released: no patient's file is ever made of it."""
    change = with_another_bias if form == "onnx" else with_other_weights
    tamper(practice.base, change(graphs["playlist", form], by=0.5))
    adapt(practice.patient)
    with pytest.raises(OutOfTolerance, match=rf"self-contained {form[:4]}.* of small 1 {FIGURE}"):
        export(practice.patient)
    assert not ModelPackage.objects.exists()


@pytest.mark.parametrize("kind", ["onnx", "coreml"])
def test_a_tampered_template_is_refused_with_the_figure_and_nothing_is_published(
    practice: Practice, graphs: Graphs, kind: str
) -> None:
    releasing.release(practice.base, lambda share, note: None)
    spoil_template(practice.base, graphs, kind)
    adapt(practice.patient)
    words = rf"The {kind} file of Model of P-1, version 1 {FIGURE}"
    with pytest.raises(OutOfTolerance, match=words):
        export(practice.patient)
    assert not ModelPackage.objects.exists()


@pytest.mark.parametrize("kind", ["onnx", "coreml"])
def test_a_template_that_was_damaged_is_not_used(practice: Practice, kind: str) -> None:
    releasing.release(practice.base, lambda share, note: None)
    path = Path(Template.objects.get(base=practice.base, kind=kind).file.path)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    adapt(practice.patient)
    with pytest.raises(files.Lost, match="is not what was released: its digest differs"):
        export(practice.patient)
    assert not ModelPackage.objects.exists()


def test_what_was_published_stays_when_the_next_is_refused(
    practice: Practice, publish: Publish
) -> None:
    first = publish()
    practice.sit((practice.tracks[0], 5))
    spoil(adapt(practice.patient), number=np.nan)
    with pytest.raises(JobRefused):
        export(practice.patient)
    assert published(practice.patient)["record"] == first
    assert ModelPackage.objects.count() == 3


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e6])
def test_a_vector_that_is_not_a_number_in_16_bits_is_refused(
    practice: Practice, number: float
) -> None:
    model = adapt(practice.patient)
    spoil(model, number=number)
    size = len(vector_of(model))
    said = rf"Model of P-1, version 1: 2 of {size} numbers are not finite in 16-bit floats"
    with pytest.raises(JobRefused, match=said):
        export(practice.patient)
    assert not ModelPackage.objects.exists()


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99, 1.5])
def test_a_vector_of_another_length_is_refused(practice: Practice, share: float) -> None:
    model = adapt(practice.patient)
    vector = np.frombuffer(bytes(model.vector), "<f4")
    other = np.tile(vector, 2)[: int(share * len(vector))]
    PatientModel.objects.filter(id=model.id).update(vector=other.astype("<f4").tobytes())
    with pytest.raises(JobRefused, match=rf"it has {len(other)} numbers, not {len(vector)}"):
        export(practice.patient)
    assert not ModelPackage.objects.exists()


def test_when_the_second_file_cannot_be_made_nothing_is_published(practice: Practice) -> None:
    releasing.release(practice.base, lambda share, note: None)
    Path(Template.objects.get(base=practice.base, kind="coreml").file.path).unlink()
    adapt(practice.patient)
    with pytest.raises(Lost, match="no longer stored"):
        export(practice.patient)
    assert not ModelPackage.objects.exists()
