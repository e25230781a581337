"""Trying a plan: the playlist that the patient's published model makes, and nothing is stored."""

from typing import TYPE_CHECKING

from django.utils import timezone

from therapy.models import Patient, SessionPlan
from therapy.pages.tryouts import NoTryout, Tryout, TryoutTrack
from therapy.plans.path import Point

if TYPE_CHECKING:
    from exports.playlists import GeneratedPlaylist


def make_tryout(*, patient: Patient, plan: SessionPlan, mood: Point, seed: int) -> Tryout:
    """From the exported files, as `manage.py playlist`. Raises NoTryout."""
    # ONNX Runtime is loaded by who tries a plan, not by every process that starts.
    from exports.phone import BadPackage
    from exports.playlists import NoPlaylist, NothingPublished, generate

    try:
        made = generate(
            patient=patient,
            mood=mood,
            target=None,
            minutes=None,
            seed=seed,
            at=timezone.now(),
            plan=plan,
        )
    except NothingPublished as problem:
        raise NoTryout(
            f"No model is published for {patient.code} yet. The first one is made by itself, in "
            "the background, once there is a base for this clinic; the path is drawn without it."
        ) from problem
    except (NoPlaylist, BadPackage) as problem:
        raise NoTryout(str(problem)) from problem
    return Tryout(
        tracks=tuple(
            TryoutTrack(
                item.track,
                item.choice.waypoint,
                item.choice.predicted,
                item.choice.deviation,
                item.reason,
            )
            for item in made.items
        ),
        made_by=_made_by(made),
        note=made.note,
        seed=seed,
    )


def _made_by(made: "GeneratedPlaylist") -> str:
    model = made.package.patient_model
    rated = f"{model.support_count} rated track{'' if model.support_count == 1 else 's'}"
    return (
        f"model version {made.package.version}, made from {rated}, "
        f"base trained on {model.base.trained_on}"
    )
