"""Sending recordings from the browser: what comes in, what is refused and why, and who may."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

import worker.tasks
from tests.adaptation.audio.signals import noise, write
from tests.factories import MembershipFactory
from tests.people import People
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import rows, words
from therapy.catalogue import uploads
from therapy.models import Catalogue, Membership, Track, Upload, UploadedFile, WriteLog
from worker.models import Job

pytestmark = [pytest.mark.django_db]
PAGE = "/catalogue/uploads/"
GIVEN = {
    "into": "ours",
    "rights": "CC0, the trio",
    "artist": "Trio",
    "tags": "Piano, slow,",
    "lyrics": "none",
}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    return write(tmp_path / "sound.wav", noise(6, seed=3), rate=22_050).read_bytes()


def sent(client: Client, *files: tuple[str, bytes], **changed: str) -> Any:
    chosen = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(PAGE, GIVEN | changed | {"recordings": chosen})


def work_off() -> Job:
    job = Job.objects.get(kind="ingest_upload", state=Job.State.QUEUED)
    worker.tasks.ingest_upload(str(job.id))
    job.refresh_from_db()
    return job


def left_behind(folder: Path) -> list[Path]:
    return list((folder / "files" / "uploads").glob("*"))


def test_files_come_in_and_each_refusal_has_its_reason(
    alices: Client, people: People, sound: bytes, folder: Path
) -> None:
    copy = write(folder / "copy.mp3", 0.3 * noise(6, seed=3), rate=22_050).read_bytes()
    short = write(folder / "short.wav", noise(1), rate=22_050).read_bytes()
    answer = sent(
        alices,
        ("Slow tide.wav", sound),
        ("copy.mp3", copy),
        ("letter.wav", b"Dear listener, there is no music in here. " * 9),
        ("notes.txt", b"x"),
        ("empty.wav", b""),
        ("short.wav", short),
        ("Slow tide.wav", short),
    )
    address = answer.headers["Location"]
    waiting = words(alices.get(address))
    assert "0 of 7 files came in, 1 was refused, 6 wait." in waiting
    assert "The upload is waiting to start" in waiting
    assert not Track.objects.filter(title="Slow tide").exists()

    assert work_off().state == Job.State.SUCCEEDED
    said = rows(alices.get(address))[1:]
    endings = {
        "Slow tide.wav": "In the catalogue as Slow tide",
        "copy.mp3": "There already, as Slow tide (the same recording as Slow tide.wav).",
        "letter.wav": "Refused. The file is named .wav, but it cannot be read as audio",
        "notes.txt": "Refused. Files of type “.txt” are not read.",
        "empty.wav": "Refused. The file is empty (0 bytes).",
        "short.wav": "Refused. The recording is too short: 1.0 s.",
    }
    for row, (name, ending) in zip(said[:6], endings.items(), strict=True):
        assert row.startswith(name)
        assert ending in row
    assert "Another file of this upload has the same name" in said[6]
    assert "1 of 7 files came in, 1 was there already, 5 were refused." in words(
        alices.get(address)
    )

    track = Track.objects.get(external_id="Slow tide.wav")
    assert track.catalogue == people.tracks[0].catalogue
    assert (track.title, track.artist, track.rights) == ("Slow tide", "Trio", "CC0, the trio")
    assert (track.tags, track.lyrics, track.explicit) == (["piano", "slow"], "none", False)
    assert Path(track.audio.path).read_bytes() == sound
    assert len(track.sound.waveform) == 400
    assert left_behind(folder) == []
    assert Job.objects.filter(kind="place_tracks").exists()


def test_copies_can_be_asked_for_and_a_taken_name_is_refused(
    alices: Client, sound: bytes, folder: Path
) -> None:
    sent(alices, ("tide.wav", sound))
    work_off()
    other = write(folder / "other.wav", noise(6, seed=4), rate=22_050).read_bytes()
    quieter = write(folder / "quiet.wav", 0.2 * noise(6, seed=3), rate=22_050).read_bytes()
    answer = sent(
        alices, ("tide.wav", other), ("quiet.wav", quieter), ("again.wav", sound), keep_copies="on"
    )
    work_off()
    said = rows(alices.get(answer.headers["Location"]))
    assert "The catalogue has another recording of this name" in said[1]
    assert "In the catalogue as quiet" in said[2]
    assert "the same recording as tide.wav" in said[3], "the very bytes are never taken twice"
    assert Path(Track.objects.get(external_id="tide.wav").audio.path).read_bytes() == sound


def test_an_upload_that_was_stopped_goes_on_where_it_stopped(
    alices: Client, sound: bytes, folder: Path
) -> None:
    answer = sent(alices, ("one.wav", sound), ("two.wav", b"RIFF"))
    UploadedFile.objects.filter(name="two.wav").update(state="refused", said="An earlier attempt.")
    work_off()
    said = rows(alices.get(answer.headers["Location"]))
    assert "In the catalogue" in said[1]
    assert "An earlier attempt." in said[2]


def test_files_that_did_not_all_arrive_say_so(
    alices: Client, people: People, sound: bytes, folder: Path
) -> None:
    sent(alices, ("one.wav", sound))
    (stored,) = left_behind(folder)
    stored.unlink()
    work_off()
    upload = Upload.objects.get()
    assert "did not arrive whole" in words(alices.get(f"{PAGE}{upload.id}/"))
    Job.objects.all().delete()
    UploadedFile.objects.update(state="waiting")
    assert "was broken off" in words(alices.get(f"{PAGE}{upload.id}/"))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"rights": ""}, "This field is required."),
        ({"tags": "x" * 61}, "Longer than 60 characters"),
        ({"into": "theirs"}, "Select a valid choice."),
        ({"lyrics": "hummed"}, "Select a valid choice."),
    ],
)
def test_bad_input_is_told_and_what_was_typed_is_kept(
    changed: dict[str, str], problem: str, alices: Client, sound: bytes, folder: Path
) -> None:
    answer = sent(alices, ("one.wav", sound), **changed)
    assert answer.status_code == 400
    said = words(answer)
    assert problem in said
    assert "choose the files again" in said
    assert 'value="Trio"' in answer.content.decode()
    assert not Upload.objects.exists()
    assert left_behind(folder) == []
    assert not Job.objects.filter(kind="ingest_upload").exists()


def test_no_file_and_too_many_are_told(
    alices: Client, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Choose at least one file." in words(sent(alices))
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    said = words(sent(alices, ("one.wav", sound), ("two.wav", sound)))
    assert "These are 2 files; at most 1 are taken at once." in said


def test_a_file_that_is_too_large_is_refused_alone(
    alices: Client, sound: bytes, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_BYTES", len(sound))
    sent(alices, ("fits.wav", sound), ("large.wav", sound + b"0"))
    states = dict(UploadedFile.objects.values_list("name", "state"))
    assert states == {"fits.wav": "waiting", "large.wav": "refused"}
    assert len(left_behind(folder)) == 1


def test_a_catalogue_of_several_clinics_is_not_offered_but_one_of_their_own(
    alices: Client, people: People, sound: bytes
) -> None:
    people.hill.catalogues.add(people.tracks[0].catalogue)
    html = alices.get(PAGE).content.decode()
    assert 'value="ours"' not in html
    assert sent(alices, ("one.wav", sound)).status_code == 400
    sent(alices, ("one.wav", sound), into="new:harbour")
    work_off()
    own = Catalogue.objects.get(name="Music of Harbour Practice")
    assert list(own.clinics.all()) == [people.harbour]
    assert own.tracks.get().title == "one"
    assert f'value="{own.slug}"' in alices.get(PAGE).content.decode()


def test_therapists_may_not_and_other_clinics_see_nothing(
    alices: Client, people: People, sound: bytes, signed_in: SignedIn
) -> None:
    address = sent(alices, ("one.wav", sound)).headers["Location"]
    bobs, charlies = signed_in(people.bob), signed_in(people.charlie)
    assert bobs.get(PAGE).status_code == bobs.get(address).status_code == 403
    assert sent(bobs, ("two.wav", sound)).status_code == 403
    assert "Add recordings" not in words(bobs.get("/catalogue/"))
    assert charlies.get(address).status_code == 404
    assert sent(charlies, ("two.wav", sound)).status_code == 400, "their clinic has no 'ours'"
    assert "one.wav" not in words(charlies.get(PAGE))
    assert Upload.objects.count() == 1


def test_an_admin_may_and_it_is_written_down(
    people: People, sound: bytes, signed_in: SignedIn
) -> None:
    member = MembershipFactory(clinic=people.harbour, role=Membership.Role.ADMIN)
    admins = signed_in(member.user)
    assert reverse("uploads") in admins.get("/catalogue/").content.decode()
    sent(admins, ("one.wav", sound))
    entry = WriteLog.objects.get(model="therapy.Upload")
    assert (entry.user, entry.clinic_id) == (member.user, people.harbour.id)
