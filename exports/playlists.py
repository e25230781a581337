"""Playlists as the phone would make them, from a patient's published package.

What a phone keeps for itself (what was heard when, the plan) is read from the records here; the
choice is made by the exported graph alone (exports/phone.py).
"""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from exports import listening, phone, selectors
from exports.kinds import PLATFORMS
from exports.models import ModelPackage
from exports.phone import Candidates, Choice, Mood, Package, Request
from therapy.catalogue.selectors import FeatureTable, feature_table
from therapy.models import Patient, SessionPlan, Track
from therapy.plans.exclusions import excluded_track_ids
from therapy.plans.path import curve_weights
from therapy.plans.selectors import current_plan

NOTABLE = 0.05
"""A term is worth a word from here on; utilities are distances in the affect plane."""


class NoPlaylist(Exception):
    """No playlist can be made; the text says why and what to do."""


class NothingPublished(NoPlaylist):
    """The patient has no package yet."""


@dataclass(frozen=True)
class Item:
    """One track of a playlist, with why it is there."""

    track: Track
    choice: Choice
    reason: str


@dataclass(frozen=True)
class GeneratedPlaylist:
    """A playlist and what it was made from. `note` says what the asker should know."""

    package: ModelPackage
    plan: SessionPlan
    mood: Mood
    target: Mood
    seed: int
    items: list[Item]
    note: str

    @property
    def seconds(self) -> float:
        return sum(item.track.duration_seconds or 0.0 for item in self.items)


def generate(
    *,
    patient: Patient,
    mood: Mood,
    target: Mood | None,
    minutes: float | None,
    seed: int,
    at: datetime,
    plan: SessionPlan | None = None,
) -> GeneratedPlaylist:
    """A playlist by the patient's newest package and a plan, saved or not; None is the current one.

    `target` None: the plan's. `minutes` None: the plan's number of tracks; else as many tracks as
    fill the minutes, as far as the graph goes. Raises NoPlaylist, and BadPackage where the
    package cannot be read.
    """
    package = selectors.newest_package(patient, ModelPackage.Kind.RECORD)
    if package is None:
        raise NothingPublished(
            f"{patient} has no published model yet. The worker makes one in the background; "
            "`manage.py adapt` and `manage.py export` make one now."
        )
    plan = plan or current_plan(patient) or SessionPlan(patient=patient)  # without any: defaults
    model = opened(package)
    table = feature_table(patient.clinic)
    _check_schema(model, table)
    if not table.tracks:
        raise NoPlaylist(
            f"No track of {patient.clinic} is described in {table.schema}. "
            "`manage.py ingest` measures recordings."
        )
    candidates = _candidates(model, patient, plan, table, at)
    if not candidates.allowed.any():
        raise NoPlaylist(
            f"The plan excludes all {len(table.tracks)} tracks of the catalogue. Loosen it."
        )
    goal = target or (plan.target_valence, plan.target_arousal)
    lengths = [plan.track_count] if minutes is None else range(1, model.most_tracks + 1)
    for length in lengths:
        request = Request(mood, goal, _curve(plan, length), _guards(plan), seed)
        choices = model.playlist(candidates, request)
        items = [
            Item(table.tracks[choice.row], choice, reason_for(choice, first=position == 0))
            for position, choice in enumerate(choices)
        ]
        made = GeneratedPlaylist(package, plan, mood, goal, seed, items, "")
        if minutes is not None and made.seconds >= minutes * 60:
            break
    return _with_note(made, length, minutes)


def opened(record: ModelPackage) -> Package:
    """The model of a record, with the base that it goes with."""
    bundle = record.patient_model.base.bundles.get(kind=PLATFORMS["web"])
    with bundle.file.open() as content:
        return Package(content.read(), selectors.content_of(record).numbers)


def _with_note(made: GeneratedPlaylist, asked: int, minutes: float | None) -> GeneratedPlaylist:
    notes = [] if made.plan.version else ["No plan is prescribed; its defaults were used."]
    if len(made.items) < asked:
        notes.append(f"Only {len(made.items)} tracks are allowed by the plan.")
    elif minutes is not None and made.seconds < minutes * 60:
        notes.append(
            f"The longest playlist, {asked} tracks, lasts {made.seconds / 60:.1f} minutes here, "
            f"less than the {minutes:g} asked for: the catalogue's tracks are short."
        )
    return replace(made, note=" ".join(notes))


def _check_schema(model: Package, table: FeatureTable) -> None:
    reads = model.manifest["schema"]
    if reads["columns"] != table.schema.columns:
        raise NoPlaylist(
            f"The package reads schema {reads['name']}-{reads['version']}; the clinic's catalogue "
            f"is in {table.schema}. A base for that schema has to be trained."
        )


def _candidates(
    model: Package, patient: Patient, plan: SessionPlan, table: FeatureTable, at: datetime
) -> Candidates:
    excluded = excluded_track_ids(plan, table)
    ids = table.track_ids
    return Candidates(
        features=model.described(table.values, [track.key_digest for track in table.tracks]),
        allowed=np.array([track not in excluded for track in ids]),
        recency=phone.recency(listening.days_since_heard(patient, ids, at)),
        familiarity=listening.familiarity_of(patient, ids),
    )


def _curve(plan: SessionPlan, length: int) -> list[float]:
    return curve_weights(plan.curve, length, plan.start_factor)


def _guards(plan: SessionPlan) -> dict[str, float]:
    return {
        "hold_radius": plan.hold_radius,
        "largest_step": plan.largest_step,
        "lowest_valence": plan.lowest_valence,
    }


def reason_for(choice: Choice, *, first: bool) -> str:
    """Why the model put a track there, in words, from what spoke for and against it."""
    distance = -choice.terms["mood"]
    said = [f"expected to leave the mood {distance:.2f} from the waypoint"]
    if choice.liking is not None:
        said.append(f"expected liking {choice.liking:.1f} of 5")
    if choice.terms["familiarity"] >= NOTABLE:
        said.append("well known")
    if not first and choice.terms["transition"] > -NOTABLE:
        said.append("close in sound to the track before")
    if choice.terms["fatigue"] < -NOTABLE:
        said.append("although heard lately")
    if choice.terms["exploration"] >= NOTABLE:
        said.append("less known: the model wants to learn whether it suits")
    return "; ".join(said)
