"""Exports: bytes put in place and signed, against converting everything again for each patient.

Ratios are of one core in one run. Naive is what a first version would do for every patient:
`torch.onnx.export` (the dynamo exporter) and `coremltools.convert` of the playlist graph with the
patient's vector inside, then signing both. Ours is the pair of self-contained files, patched,
hashed and signed in memory, and the signed record that a phone fetches daily.

make bench-exports [PATIENTS=…]: of how many patients the ONNX file is compared, byte for byte, with
converting again (200; half a second each).
"""

import argparse
import hashlib
import io
import logging
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bases import untrained
from benchmarks.timing import report, side_by_side
from exports import baking, parity
from exports.baking import VECTOR, Template
from exports.conversion import quietly
from exports.converted import convert, runner_of
from exports.graphs import GraphSpec, playlist_graph
from exports.kinds import FORMATS
from exports.signing.keys import SigningKey
from exports.signing.payloads import LARGEST_RECORD, FileStatement, PatientRecord, delivered

PAIRS, RECORDS = 50, 2000  # made a round, ours being too quick to time alone
PARITY_CASES = 1000
BASE = b"b" * 32
Numbers = np.ndarray


class WithVector(nn.Module):
    """The playlist graph of one patient: what a first version would convert."""

    def __init__(self, spec: GraphSpec, vector: Numbers) -> None:
        super().__init__()
        self.planner, self.place = spec.module, [port.name for port in spec.inputs].index(VECTOR)
        self.register_buffer(VECTOR, torch.from_numpy(vector))

    def forward(self, *others: Tensor) -> tuple[Tensor, ...]:
        before, after = others[: self.place], others[self.place :]
        return tuple(self.planner(*before, self.vector, *after))


def naive(spec: GraphSpec, vector: Numbers, key: SigningKey) -> None:
    """Both files of one patient, converted from the beginning and signed."""
    import coremltools

    module = WithVector(spec, vector).eval()
    inputs = spec.sample(100, np.random.default_rng(0))
    sample = tuple(torch.from_numpy(inputs[p.name]) for p in spec.inputs if p.name != VECTOR)
    with quietly(), redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as folder:
        onnx_file = Path(folder) / "playlist.onnx"
        torch.onnx.export(module, sample, onnx_file, dynamo=True)
        model = coremltools.convert(
            torch.jit.trace(module, sample, check_trace=False),
            inputs=[coremltools.TensorType(shape=value.shape) for value in sample],
            convert_to="mlprogram",
            skip_model_load=True,
        )
        package = Path(folder) / "playlist.mlpackage"
        model.save(str(package))
        for file in (onnx_file, *package.rglob("*")):
            if file.is_file():
                key.private.sign(hashlib.sha256(file.read_bytes()).digest())


def record_of(vector: Numbers, version: int) -> PatientRecord:
    return PatientRecord(
        model=b"m" * 16,
        version=version,
        base=BASE,
        vector=delivered(vector),
        created=1_800_000_000,
        expires=1_805_000_000,
        learns=True,
        patient=b"p" * 16,
    )


def signed_file(template: Template, kind: str, record: PatientRecord, key: SigningKey) -> bytes:
    file = template.patched(record.numbers)
    return key.sign(
        FileStatement(
            model=record.model,
            version=record.version,
            base=record.base,
            kind=kind,
            sha256=hashlib.sha256(file).digest(),
            size=len(file),
            created=record.created,
            expires=record.expires,
            patient=record.patient,
        )
    )


def speed(spec: GraphSpec, templates: dict[str, Template], vectors: list[Numbers]) -> None:
    """How much quicker a pair and a record are than converting."""
    key = SigningKey.create()
    records = [record_of(vector, version) for version, vector in enumerate(vectors, 1)]

    def pairs() -> None:
        for record in records[:PAIRS]:
            for kind, template in templates.items():
                signed_file(template, kind, record, key)

    def signed_records() -> None:
        for number in range(RECORDS):
            key.sign(record_of(vectors[number % len(vectors)], number))

    work: dict[str, Callable[[], object]] = {
        "naive": lambda: naive(spec, vectors[0], key),
        "pairs": pairs,
        "records": signed_records,
    }
    times = side_by_side(work, rounds=3, clock=time.thread_time)
    pair, record = times["pairs"] / PAIRS, times["records"] / RECORDS
    report(
        "signed ONNX and Core ML pair of one patient, converting it again / putting bytes in place",
        times["naive"] / pair,
        {"milliseconds": {"naive": times["naive"], "pair": round(pair, 4)}, "target": 5000},
    )
    report(
        "what one patient needs, converting again / a signed record",
        times["naive"] / record,
        {
            "milliseconds": {"naive": times["naive"], "record": round(record, 5)},
            "records_per_second": round(1000 / record),
            "record_bytes": max(len(key.sign(one)) for one in records),
            "targets": {"ratio": 50_000, "records_per_second": 20_000, "bytes": LARGEST_RECORD},
        },
    )


def sameness(spec: GraphSpec, templates: dict[str, Template], vectors: list[Numbers]) -> None:
    """Share of patients whose ONNX file is, byte for byte, what converting again gives, and of a
    few whose Core ML file is."""
    for kind, some in (("onnx", vectors), ("coreml", vectors[:3])):
        bake = {"onnx": baking.baked_onnx, "coreml": baking.baked_coreml}[kind]
        name = "onnx" if kind == "onnx" else "coreml-float32"
        same = sum(
            templates[kind].patched(vector) == bake(convert(spec, name).content, vector)
            for vector in some
        )
        report(
            f"{kind} files that are what converting again gives, to the byte",
            same / len(some),
            {"patients": len(some), "same": same, "target": 1.0},
        )


def closeness(spec: GraphSpec) -> None:
    """Deviation from PyTorch and the share of playlists in the same order, by format."""
    for name in FORMATS["playlist"]:
        run = runner_of("onnx" if name == "onnx" else "coreml", convert(spec, name).content)
        tolerance = parity.TOLERANCES[name]
        cases = parity.random_cases(spec, PARITY_CASES, seed=1)
        found = parity.measure(spec, run, cases, tolerance=tolerance)
        report(
            f"playlist as {name}, deviation from PyTorch / allowed",
            found.deviation / tolerance,
            {
                "deviation": found.deviation,
                "allowed": tolerance,
                "same_order": found.same_order / found.cases,
                "cases": found.cases,
                "target_same_order": 0.99 if name == "coreml-float16" else 1.0,
            },
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--patients", type=int, default=200)
    patients = arguments.parse_args().patients
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    base = untrained()
    spec, generator = playlist_graph(base), np.random.default_rng(0)
    vectors = [spec.sample(1, generator)[VECTOR] for _ in range(max(patients, PAIRS))]
    size = base.learner.vector_size
    templates = {
        "onnx": baking.onnx_template(convert(spec, "onnx").content, size),
        "coreml": baking.coreml_template(convert(spec, "coreml-float32").content, size),
    }
    speed(spec, templates, vectors)
    closeness(spec)
    sameness(spec, templates, vectors)


if __name__ == "__main__":
    with redirect_stderr(io.StringIO()):  # coremltools says at length that this is no Mac
        main()
