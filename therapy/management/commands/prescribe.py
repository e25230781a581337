from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.catalogue.selectors import feature_table
from therapy.management.plainly import told_plainly
from therapy.pages.plan_values import lines_of, title_of
from therapy.people.selectors import patient_named, user_of
from therapy.plans.comparing import compare
from therapy.plans.exclusions import excluded_track_ids
from therapy.plans.models import SessionPlan
from therapy.plans.selectors import current_plan
from therapy.plans.services import PlanFields, prescribe
from therapy.plans.templates import TEMPLATES


class Command(BaseCommand):
    help = "Prescribe a session plan: the next version of it. What is left out has its default."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patient", required=True, metavar="CODE|CLINIC/CODE|ID")
        parser.add_argument(
            "--template", default="", choices=list(TEMPLATES), help="what to begin from"
        )
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who prescribes")
        parser.add_argument(
            "--target", nargs=2, type=float, metavar=("VALENCE", "AROUSAL"), help="each −1..1"
        )
        parser.add_argument("--curve", choices=SessionPlan.Curve.values)
        parser.add_argument("--tracks", type=int, help="a session, 3..8")
        parser.add_argument("--minutes", type=int)
        parser.add_argument("--exclude-tag", action="append", default=[], metavar="TAG")
        parser.add_argument("--tempo-max", type=float, metavar="BPM")
        parser.add_argument("--loudness-max", type=float, metavar="LUFS")
        parser.add_argument("--no-lyrics", action="store_true")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            patient = patient_named(options["patient"])
            before = current_plan(patient)
            by = user_of(email=options["by"])
            if by is None:
                raise CommandError(f"Nobody has the address {options['by']}.")
            try:
                plan = prescribe(
                    patient=patient, by=by, template=options["template"], **_fields(options)
                )
            except PermissionDenied as refused:
                raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"{plan}: {plan.track_count} tracks, {plan.curve}, "
            f"to ({plan.target_valence:+.2f}, {plan.target_arousal:+.2f})."
        )
        if before is not None:
            self._tell_what_differs(before, plan)
        self._tell_what_is_left(plan)

    def _tell_what_differs(self, before: SessionPlan, plan: SessionPlan) -> None:
        changes = compare(before, plan)
        if not changes:
            self.stdout.write(f"It says what version {before.version} said.")
            return
        self.stdout.write(f"What version {before.version} said, and what holds now:")
        for change in changes:
            old, new = ("; ".join(lines_of(change.field, value)) for value in change.values)
            self.stdout.write(f"  {title_of(change.field)}: {old} → {new}")

    def _tell_what_is_left(self, plan: SessionPlan) -> None:
        table = feature_table(plan.patient.clinic)
        left = len(table.tracks) - len(excluded_track_ids(plan, table) & set(table.track_ids))
        self.stdout.write(f"{left} of {len(table.tracks)} tracks may be played.")
        known = {tag.casefold() for track in table.tracks for tag in track.tags}
        for tag in plan.excluded_tags:
            if tag.casefold() not in known:
                self.stdout.write(self.style.WARNING(f"No track is tagged {tag} yet."))
        if left < plan.track_count:
            self.stdout.write(
                self.style.WARNING("Too few for a session. Loosen the exclusions or add music.")
            )


def _fields(options: dict[str, Any]) -> PlanFields:
    """What was said on the command line; the rest is the template's or the default."""
    fields: PlanFields = {}
    if options["exclude_tag"]:
        fields["excluded_tags"] = options["exclude_tag"]
    if options["no_lyrics"]:
        fields["lyrics"] = SessionPlan.LyricsRule.NONE
    if options["target"] is not None:
        fields["target_valence"], fields["target_arousal"] = options["target"]
    if options["curve"] is not None:
        fields["curve"] = options["curve"]
    if options["tracks"] is not None:
        fields["track_count"] = options["tracks"]
    if options["minutes"] is not None:
        fields["minutes"] = options["minutes"]
    if options["tempo_max"] is not None:
        fields["tempo_max"] = options["tempo_max"]
    if options["loudness_max"] is not None:
        fields["loudness_max"] = options["loudness_max"]
    return fields
