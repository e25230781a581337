"""What this app adds to the staff pages: the packages that a patient's phone can fetch."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adaptation.selectors import newest_model
from exports.models import ModelPackage
from exports.selectors import newest_package
from therapy.models import Patient
from therapy.pages.work import WorkInWords, in_words, latest_jobs
from worker.models import Job

KINDS = {
    ModelPackage.Kind.ONNX: "ONNX, for web and Android",
    ModelPackage.Kind.COREML: "Core ML, for iPhone and iPad",
}


@dataclass(frozen=True)
class Parity:
    """How far one converted graph is from PyTorch, and how far it may be."""

    graph: str
    deviation: float
    tolerance: float
    order: str = ""

    @property
    def within(self) -> bool:
        return self.deviation <= self.tolerance


@dataclass(frozen=True)
class PublishedPackage:
    """The newest package of one kind."""

    kind: str
    package: ModelPackage
    parity: tuple[Parity, ...]


class PackagesPanel:
    """The newest package of each kind, and whether the newest model's are still being made."""

    title = "Packages for the phone"
    template_name = "exports/patient_panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        newest = newest_model(patient)
        job = None
        if newest is not None:
            key = export_key(newest.id)
            job = latest_jobs([key]).get(key)
        return {
            "packages": published_packages(patient),
            "newest_version": newest.version if newest is not None else None,
            "work": _export(job) if job is not None else None,
        }


def _export(job: Job) -> WorkInWords:
    return in_words(
        job,
        what="export",
        after_failure="The next adaptation asks for it again, or manage.py export does it at once.",
    )


def export_key(patient_model_id: uuid.UUID) -> str:
    """The job key under which a patient's model is made into packages."""
    return f"export_patient_model:{patient_model_id}"


def published_packages(patient: Patient) -> list[PublishedPackage]:
    """The package of the highest model version, one a kind. As many queries as kinds."""
    found = [newest_package(patient, kind) for kind in KINDS]
    return [
        PublishedPackage(KINDS[ModelPackage.Kind(one.kind)], one, parity_of(one.parity))
        for one in found
        if one is not None
    ]


def parity_of(figures: Mapping[str, Mapping[str, float]]) -> tuple[Parity, ...]:
    """What `exports.parity` measured, by the name of the graph and its format."""
    return tuple(
        Parity(
            graph=name,
            deviation=float(figure["deviation"]),
            tolerance=float(figure["tolerance"]),
            order=_order(name, figure),
        )
        for name, figure in sorted(figures.items())
    )


def _order(name: str, figure: Mapping[str, float]) -> str:
    """Only a playlist has an order that can differ."""
    if not name.startswith("playlist") or "same_order" not in figure or "cases" not in figure:
        return ""
    return f"same order in {figure['same_order']:.0f} of {figure['cases']:.0f} playlists"
