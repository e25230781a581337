"""The demonstration, step by step: only what anyone could do, commands and calls of the API."""

import io
import json
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.db import transaction

from therapy.demonstration import clinic
from therapy.demonstration.servers import Running, log_of
from therapy.models import ListeningSession, Patient
from therapy.outcomes.refreshing import ask_for_all
from therapy.people.services import ask_for_adaptation
from worker.jobs import retry_failed
from worker.models import Job

SCHEMA, CATALOGUE = "attune-audio-1", "starter"
SITTINGS = 3
MOOD = (-0.4, 0.5)
PATIENCE = 300.0  # seconds for the worker to finish what was asked for

Say = Callable[[str], None]


class Stuck(Exception):
    """A step did not come to its end; the text says which and where to look."""


def prepare(say: Say) -> list[Patient]:
    """Everything that is there before the first rating: music, base, people."""
    say("\n1. The catalogue: pieces that this installation composes, renders and analyses")
    call_command("compose_catalogue")
    say("\n2. The base: what is learned across listeners — here simulated ones, who do not exist")
    call_command("meta_train", "--unless-released")
    say("\n3. A clinic with a therapist, an admin and simulated patients, each with a session plan")
    patients = clinic.open_clinic(schema=SCHEMA, catalogue=CATALOGUE)
    say(f"   {', '.join(patient.code for patient in patients)}: simulated listeners, not people")
    year = clinic.open_year(schema=SCHEMA)
    say(f"   “{year}”: a second clinic, all made up, so that there are outcomes to look at")
    return patients


def rate(patients: list[Patient], site: Running, say: Say) -> None:
    """First ratings of every simulated patient, through the API."""
    retry_failed()  # of an earlier demonstration that was broken off
    say(f"\n4. Ratings arrive through the API at {site.address}")
    for number, patient in enumerate(patients, start=1):
        if ListeningSession.objects.filter(patient=patient).exists():
            say(f"   {patient} has rated before")
            _make_sure_of_model(patient)
            continue
        say(f"   {patient} listens {SITTINGS} times:")
        _phone(patient, site, seed=number, sittings=SITTINGS, tracks=3)
    say("\n5. The worker adapts each model from a handful of ratings and exports it")
    wait_for_jobs(site, say)


def show(patient: Patient, site: Running, say: Say) -> None:
    """What was exported, and a playlist from it before and after five more ratings."""
    say(f"\n6. The packages of {patient}: measured against PyTorch before they were published")
    call_command("export", patient=_name(patient))
    say("\n7. A playlist from the exported ONNX files alone, as the phone makes it")
    before = _playlist(patient)
    _tell(before, say)
    say(f"\n8. Five more ratings of {patient}, and the same question again")
    _phone(patient, site, seed=1, sittings=1, tracks=5)
    wait_for_jobs(site, say)
    after = _playlist(patient)
    _tell(after, say)
    _compare(before, after, say)
    say("\n9. What listening came to is summed for the outcomes pages")
    ask_for_all()
    wait_for_jobs(site, say)


def wait_for_jobs(site: Running, say: Say) -> None:
    """Until the ledger has nothing left to do, saying what is being done. Raises Stuck."""
    until, said = time.monotonic() + PATIENCE, ""
    while True:
        waiting = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
        running = waiting.filter(state=Job.State.RUNNING).first()
        line = f"   {running.kind}: {running.note}" if running and running.note else ""
        if line and line != said:
            say(line)
            said = line
        if not waiting.exists():
            break
        if name := site.ended():
            raise Stuck(f"The {name} process ended; see {log_of(name)}.")
        if time.monotonic() > until:
            raise Stuck(f"{waiting.count()} jobs are not done yet; see {log_of('worker')}.")
        time.sleep(0.2)
    failed = Job.objects.filter(state=Job.State.FAILED).order_by("-finished_at").first()
    if failed is not None:
        raise Stuck(
            f"{failed.key} failed: {failed.error} See {log_of('worker')}; "
            "`manage.py jobs --retry` asks for failed work again."
        )
    done = Job.objects.filter(state=Job.State.SUCCEEDED)
    say(f"   {done.count()} jobs done so far, none failed")


@transaction.atomic
def _make_sure_of_model(patient: Patient) -> None:
    """Ask again, should an earlier run have been broken off; what is there is not made twice."""
    ask_for_adaptation(patient)


def _phone(patient: Patient, site: Running, *, seed: int, sittings: int, tracks: int) -> None:
    call_command(
        "simulate_phone",
        server=site.address,
        token=clinic.phone_token(patient),
        sittings=sittings,
        tracks=tracks,
        seed=seed,
    )


def _playlist(patient: Patient) -> dict[str, Any]:
    output = io.StringIO()
    call_command("playlist", "--json", patient=_name(patient), mood=list(MOOD), stdout=output)
    made: dict[str, Any] = json.loads(output.getvalue())
    return made


def _tell(made: dict[str, Any], say: Say) -> None:
    target = made["target"]
    say(
        f"   by model version {made['model_version']}: from mood ({MOOD[0]:+.2f}, {MOOD[1]:+.2f}) "
        f"to ({target[0]:+.2f}, {target[1]:+.2f}), valence and arousal"
    )
    for place, track in enumerate(made["tracks"], start=1):
        (valence, arousal), (sd_valence, sd_arousal) = track["predicted"], track["deviation"]
        say(
            f"   {place}. {track['title']:<30} predicted ({valence:+.2f} ± {sd_valence:.2f}, "
            f"{arousal:+.2f} ± {sd_arousal:.2f})"
        )
        say(f"      {track['reason']}")


def _compare(before: dict[str, Any], after: dict[str, Any], say: Say) -> None:
    old = [track["title"] for track in before["tracks"]]
    new = [track["title"] for track in after["tracks"]]
    moved = sum(first != second for first, second in zip(old, new, strict=False))
    come = [title for title in new if title not in old]
    say(f"   {moved} of {len(new)} places have another track than before the five ratings;")
    say(f"   new in the list: {', '.join(come) or 'none'} (tracks just heard wait a while, too)")


def _name(patient: Patient) -> str:
    return f"{clinic.SLUG}/{patient.code}"
