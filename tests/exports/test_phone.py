"""What a phone does with its model, from the base's file and the patient's vector alone."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from adaptation.learning.bases import Base
from adaptation.learning.outcomes import OUTCOMES, liking_to_unit
from adaptation.selectors import vector_of
from exports.archives import read_archive, write_archive
from exports.graphs import playlist_graph
from exports.models import ModelPackage
from exports.noise import gumbel
from exports.phone import RECENT_DAYS, BadPackage, Candidates, Floats, Package, Request, recency
from exports.selectors import content_of
from tests.exports.conftest import Publish, adapt, bundle_for
from tests.needs import ROOT
from tests.practice import Practice
from tests.trained import some_tracks
from therapy.models import MoodRating

pytestmark = pytest.mark.django_db

TRACKS = 25
CURVE = [1.0, 0.75, 0.5, 0.25, 0.0]
GUARDS = {"lowest_valence": -0.6, "largest_step": 0.35, "hold_radius": 0.15}


@pytest.fixture
def record(publish: Publish) -> ModelPackage:
    return publish()


@pytest.fixture
def content(record: ModelPackage) -> bytes:
    return bundle_for(record)


@pytest.fixture
def vector(record: ModelPackage) -> Floats:
    """As it is delivered."""
    return content_of(record).numbers


@pytest.fixture
def package(content: bytes, vector: Floats) -> Package:
    return Package(content, vector)


def candidates(*, excluded: tuple[int, ...] = ()) -> Candidates:
    generator = np.random.default_rng(3)
    allowed = np.ones(TRACKS, np.bool_)
    allowed[list(excluded)] = False
    return Candidates(
        features=some_tracks(TRACKS, seed=11),
        allowed=allowed,
        recency=generator.random(TRACKS, dtype=np.float32),
        familiarity=generator.random(TRACKS, dtype=np.float32),
    )


def request(seed: int = 1, length: int = 5) -> Request:
    return Request((-0.4, 0.6), (0.5, -0.5), CURVE[:length], GUARDS, seed)


def test_a_playlist_is_the_one_that_pytorch_makes_of_the_same_inputs(
    package: Package, base: Base
) -> None:
    offered, asked = candidates(excluded=(3, 4)), request(seed=42)
    noise = gumbel(42, 8, TRACKS)
    outputs = playlist_graph(base).run(
        {
            "features": offered.features,
            "allowed": offered.allowed.astype(np.float32),
            "recency": offered.recency,
            "familiarity": offered.familiarity,
            "vector": package.vector.copy(),
            "mood": np.float32(asked.mood),
            "target": np.float32(asked.target),
            "curve": np.float32([*CURVE, 0, 0, 0]),
            "guards": np.float32([0.15, 0.35, -0.6]),
            "weights": np.float32([0.3, 0.1, 0.1, 0.3, 0.0, 0.05]),
            "noise": noise,
        }
    )
    made = package.playlist(offered, asked)
    assert [choice.row for choice in made] == outputs["order"][:5].tolist()
    for k, choice in enumerate(made):
        assert choice.waypoint == pytest.approx(outputs["waypoints"][k].tolist(), abs=1e-6)
        assert choice.predicted == pytest.approx(outputs["path"][k].tolist(), abs=1e-6)
        assert choice.deviation == pytest.approx(outputs["deviation"][k].tolist(), abs=1e-6)
        assert list(choice.terms.values()) == pytest.approx(outputs["terms"][k].tolist(), abs=1e-6)
        assert choice.log_probability == pytest.approx(outputs["log_probability"][k], abs=1e-4)


def test_the_expected_liking_is_the_learners_on_the_patients_scale(
    package: Package, base: Base
) -> None:
    offered, asked = candidates(), request()
    first = package.playlist(offered, asked)[0]
    with torch.inference_mode():
        mean, _ = base.learner.predict(
            torch.from_numpy(package.vector.copy()),
            torch.from_numpy(offered.features[[first.row]]),
            torch.tensor([asked.mood]),
        )
    assert first.liking == pytest.approx(3 + 2 * float(mean[0, 0]), abs=1e-4)


def test_a_shorter_playlist_is_the_beginning_of_a_longer_one(package: Package) -> None:
    whole = package.playlist(candidates(), request())
    for length in range(1, 5):
        assert package.playlist(candidates(), request(length=length)) == whole[:length]


def test_the_seed_decides_among_near_equals(package: Package) -> None:
    def rows(seed: int) -> list[int]:
        return [choice.row for choice in package.playlist(candidates(), request(seed=seed))]

    assert rows(5) == rows(5)
    assert len({tuple(rows(seed)) for seed in range(20)}) > 5


def test_excluded_tracks_are_never_played(package: Package) -> None:
    excluded = tuple(range(0, TRACKS, 2))
    for seed in range(30):
        made = package.playlist(candidates(excluded=excluded), request(seed=seed))
        assert not {choice.row for choice in made} & set(excluded)
    few = package.playlist(candidates(excluded=tuple(range(2, TRACKS))), request())
    assert sorted(choice.row for choice in few) == [0, 1]
    assert package.playlist(candidates(excluded=tuple(range(TRACKS))), request()) == []


def test_ratings_taken_in_on_the_phone_make_the_servers_vector(
    practice: Practice, record: ModelPackage, content: bytes, vector: Floats
) -> None:
    """Seven sittings: each track goes into the phone's vector at once and to the server later. Two
    phones: one began with the server's numbers, one with those that were delivered, which are
    rounded to 16 bits; what it learns does not make that worse."""
    exact = Package(content, vector_of(record.patient_model))
    package = Package(content, vector)
    assert (package.vector != exact.vector).any()
    generator = np.random.default_rng(6)
    for number in range(7):
        track = practice.tracks[number]
        before, after = (tuple(map(float, generator.uniform(-1, 1, 2))) for _ in range(2))
        liking = int(generator.integers(1, 6))
        for phone in (exact, package):
            phone.adapt(
                features=np.float32(track.features.get().values),
                mood=before,
                outcome=np.float32([liking_to_unit(liking), *after]),
                weight=np.ones(3, np.float32),
            )
        practice.sit((track, liking), before=before, after=after)
        server = vector_of(adapt(practice.patient))
        np.testing.assert_allclose(exact.vector, server, rtol=0, atol=1e-5)
        np.testing.assert_allclose(package.vector, server, rtol=0, atol=5e-4)


def test_ratings_may_reach_the_server_in_another_order(
    practice: Practice, record: ModelPackage, content: bytes
) -> None:
    package = Package(content, vector_of(record.patient_model))
    for track in reversed(practice.tracks[:5]):
        package.adapt(
            features=np.float32(track.features.get().values),
            mood=(0.0, 0.0),
            outcome=np.float32([1.0, 0.0, 0.0]),
            weight=np.float32([1.0, 0.0, 0.0]),
        )
    for track in practice.tracks[:5]:
        practice.sit((track, 5))
    assert not MoodRating.objects.exists()
    server = vector_of(adapt(practice.patient))
    np.testing.assert_allclose(package.vector, server, rtol=0, atol=1e-5)


def test_what_the_phone_learned_changes_what_it_expects(package: Package) -> None:
    offered = candidates()

    def liking_of_first() -> float:
        only = candidates(excluded=tuple(range(1, TRACKS)))
        (choice,) = package.playlist(only, request(length=1))
        assert choice.liking is not None
        return choice.liking

    before = liking_of_first()
    for _ in range(3):
        package.adapt(
            offered.features[0],
            (0.0, 0.0),
            np.float32([-1.0, 0.0, 0.0]),
            np.float32([1.0, 0.0, 0.0]),
        )
    assert liking_of_first() < before - 0.2


def test_the_package_names_what_a_rated_track_tells(package: Package) -> None:
    assert package.manifest["outcomes"] == list(OUTCOMES)
    assert package.most_tracks == 8


def test_a_track_heard_just_now_is_recent_and_one_never_heard_is_not() -> None:
    assert recency(np.array([0.0, RECENT_DAYS, np.inf])).tolist() == pytest.approx(
        [1.0, np.exp(-1), 0.0]
    )


# Anything but a bundle and its vector


def without(content: bytes, name: str) -> bytes:
    return write_archive({k: v for k, v in read_archive(content).items() if k != name})


@pytest.mark.parametrize("name", ["manifest.json", "items.f32", "adapt.onnx", "playlist.onnx"])
def test_a_bundle_without_one_of_its_entries_is_refused(
    content: bytes, vector: Floats, name: str
) -> None:
    with pytest.raises(BadPackage, match=name):
        Package(without(content, name), vector)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("manifest.json", b"{"),
        ("manifest.json", b"{}"),
        ("manifest.json", b"[]"),
        ("manifest.json", b"\xff\xfe"),
        ("items.f32", b"abc"),
        ("items.f32", b"four"),
        ("playlist.onnx", b"no graph"),
        ("adapt.onnx", b""),
    ],
)
def test_a_bundle_with_a_damaged_entry_is_refused(
    content: bytes, vector: Floats, name: str, damage: bytes
) -> None:
    with pytest.raises(BadPackage):
        Package(write_archive(read_archive(content) | {name: damage}), vector)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99, 1.5])
def test_a_vector_of_another_length_is_refused(
    content: bytes, vector: Floats, share: float
) -> None:
    other = np.resize(vector, int(share * len(vector)))
    said = f"The vector has {len(other)} numbers; the base's have {len(vector)}"
    with pytest.raises(BadPackage, match=said):
        Package(content, other)


def test_a_vector_of_another_shape_is_refused(content: bytes, vector: Floats) -> None:
    with pytest.raises(BadPackage):
        Package(content, vector[None])


def test_a_bundle_of_another_format_is_refused_by_name(content: bytes, vector: Floats) -> None:
    entries = read_archive(content)
    manifest = json.loads(entries["manifest.json"]) | {"format": "attune-bundle-9"}
    newer = write_archive(entries | {"manifest.json": json.dumps(manifest).encode()})
    with pytest.raises(BadPackage, match="attune-bundle-9"):
        Package(newer, vector)


@pytest.mark.parametrize("kind", ["coreml", "coreml-float16"])
def test_a_core_ml_bundle_is_for_another_phone(
    record: ModelPackage, vector: Floats, kind: str
) -> None:
    with pytest.raises(BadPackage):
        Package(bundle_for(record, kind), vector)


def test_a_download_that_broke_off_is_refused(content: bytes, vector: Floats) -> None:
    for length in (0, 10, 1000, len(content) // 2, len(content) - 1):
        with pytest.raises(BadPackage):
            Package(content[:length], vector)


def test_a_download_that_was_damaged_is_refused(content: bytes, vector: Floats) -> None:
    """A byte inside of every compressed entry."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        places = [info.header_offset + 60 for info in archive.infolist() if info.file_size]
    for place in places:
        for byte in (0x00, 0xFF, content[place] ^ 0x01):
            damaged = content[:place] + bytes([byte]) + content[place + 1 :]
            if damaged != content:
                with pytest.raises(BadPackage):
                    Package(damaged, vector)


# Alone


ALONE = """
import sys
import numpy as np
from exports.phone import Candidates, Package, Request

vector = np.fromfile(sys.argv[2], "<f2").astype(np.float32)
package = Package(open(sys.argv[1], "rb").read(), vector)
width = len(package.manifest["schema"]["columns"])
ones = np.ones(3, np.float32)
package.adapt(np.zeros(width, np.float32), (0.0, 0.0), ones, ones)
features = np.zeros((6, width), np.float32)
tracks = Candidates(features, np.ones(6, np.bool_), np.zeros(6), np.zeros(6))
guards = dict.fromkeys(package.manifest["playlist"]["guards"], 0.5)
print(len(package.playlist(tracks, Request((0, 0), (0.5, -0.5), [1, 0.5, 0], guards, 7))))
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_a_phone_needs_neither_pytorch_nor_django_nor_the_database(
    record: ModelPackage, content: bytes, tmp_path: Path
) -> None:
    bundle, vector = tmp_path / "base.zip", tmp_path / "vector.f16"
    bundle.write_bytes(content)
    vector.write_bytes(content_of(record).vector)
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(bundle), str(vector)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    length, modules = done.stdout.splitlines()
    assert length == "3"
    loaded = set(modules.split())
    assert "onnxruntime" in loaded
    assert not loaded & {
        "torch",
        "django",
        "coremltools",
        "onnx",
        "adaptation",
        "therapy",
        "worker",
    }
