"""A patient's packages in words, for the command line."""

from collections.abc import Mapping

from exports import selectors
from exports.models import ModelPackage
from therapy.models import Patient

DATE = "%d %b %Y"


def newest_in_words(patient: Patient) -> str:
    """What the patient's phone should have: the record and the two files of its version."""
    found = [selectors.newest_package(patient, kind) for kind in ModelPackage.Kind]
    lines = []
    for package in found:
        if package is None:
            continue
        lines.append(f"{package.kind}: {package.bytes:,} bytes, sha256 {package.sha256}")
        if package.parity:
            lines.append(f"  {parity_in_words(package.parity)}")
    if not lines:
        return f"Nothing is published for {patient} yet."
    return "\n".join(lines)


def history_in_words(patient: Patient) -> str:
    """All versions, the newest first, and whether the model is held."""
    lines = [version_in_words(record) for record in selectors.records_of(patient)]
    hold = selectors.standing_hold(patient)
    if hold is not None:
        by = f" by {hold.held_by}" if hold.held_by else ""
        why = f": {hold.reason}" if hold.reason else ""
        lines.append(
            f"Held at model {hold.patient_model.version} since {hold.held_at:{DATE}}{by}{why}"
        )
    return "\n".join(lines) or f"Nothing is published for {patient} yet."


def version_in_words(record: ModelPackage) -> str:
    model = record.patient_model
    span = ""
    if model.oldest_rating_at and model.newest_rating_at:
        span = f", {model.oldest_rating_at:{DATE}} to {model.newest_rating_at:{DATE}}"
    learns = "" if record.learns else ", held"
    return (
        f"version {record.version}: model {model.version} of base {model.base}, from "
        f"{model.support_count} rated tracks{span}{learns}; published "
        f"{record.created_at:{DATE}}, expires {record.expires_at:{DATE}}, {record.bytes} bytes"
    )


def parity_in_words(parity: Mapping[str, float]) -> str:
    return (
        f"deviates from PyTorch by {parity['deviation']:.1e} at most (allowed "
        f"{parity['tolerance']:.0e}), same order in {parity['same_order']:.0f} of "
        f"{parity['cases']:.0f} cases"
    )
