import json
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from exports.phone import BadPackage, Mood
from exports.playlists import GeneratedPlaylist, NoPlaylist, generate
from therapy.management.arguments import whole_number
from therapy.management.plainly import told_plainly
from therapy.people.selectors import patient_named


class Command(BaseCommand):
    help = (
        "Make a playlist as the patient's phone would: from the exported ONNX files and the "
        "catalogue's features, with nothing else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        affect: dict[str, Any] = {"nargs": 2, "type": float, "metavar": ("VALENCE", "AROUSAL")}
        parser.add_argument("--patient", required=True, metavar="CODE|CLINIC/CODE|ID")
        parser.add_argument("--mood", required=True, help="the mood now, each −1..1", **affect)
        parser.add_argument("--target", help="where to go; by default the plan's", **affect)
        parser.add_argument("--minutes", type=float, help="by default the plan's number of tracks")
        parser.add_argument(
            "--seed", type=whole_number(0), default=0, help="of the choice among near equals"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        mood = _affect("--mood", options["mood"])
        target = _affect("--target", options["target"]) if options["target"] else None
        minutes = options["minutes"]
        if minutes is not None and not 0 < minutes <= 240:
            raise CommandError(f"--minutes is {minutes:g}; it must be above 0 and at most 240.")
        with told_plainly():
            patient = patient_named(options["patient"])
        try:
            made = generate(
                patient=patient,
                mood=mood,
                target=target,
                minutes=minutes,
                seed=options["seed"],
                at=timezone.now(),
            )
        except (NoPlaylist, BadPackage) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(json.dumps(as_json(made), indent=1) if options["json"] else as_text(made))


def _affect(option: str, values: list[float]) -> Mood:
    for value in values:
        if not -1 <= value <= 1:
            raise CommandError(f"{option}: {value:g} is outside −1..1.")
    return values[0], values[1]


def as_json(made: GeneratedPlaylist) -> dict[str, Any]:
    """The playlist for programs; pairs are [valence, arousal]."""
    return {
        "model_version": made.package.version,
        "package_sha256": made.package.sha256,
        "plan_version": made.plan.version,
        "mood": made.mood,
        "target": made.target,
        "seed": made.seed,
        "minutes": round(made.seconds / 60, 2),
        "note": made.note,
        "tracks": [
            {
                "track": str(item.track.id),
                "title": item.track.title,
                "waypoint": item.choice.waypoint,
                "predicted": item.choice.predicted,
                "deviation": item.choice.deviation,
                "liking": item.choice.liking,
                "log_probability": item.choice.log_probability,
                "terms": item.choice.terms,
                "reason": item.reason,
            }
            for item in made.items
        ],
    }


def as_text(made: GeneratedPlaylist) -> str:
    """The playlist for people."""
    model = made.package.patient_model
    lines = [
        f"From mood {_point(made.mood)} to {_point(made.target)} (valence, arousal), "
        f"{len(made.items)} tracks, {made.seconds / 60:.1f} minutes",
        f"by model version {made.package.version}, made from {model.support_count} rated tracks, "
        f"base trained on {model.base.trained_on}",
    ]
    for place, item in enumerate(made.items, start=1):
        choice = item.choice
        lines += [
            f"{place}. {item.track.title}",
            f"   waypoint {_point(choice.waypoint)}   predicted {_point(choice.predicted)} "
            f"± {choice.deviation[0]:.2f}, {choice.deviation[1]:.2f}",
            f"   {item.reason}",
        ]
    return "\n".join([*lines, made.note] if made.note else lines)


def _point(mood: Mood) -> str:
    return f"({mood[0]:+.2f}, {mood[1]:+.2f})"
