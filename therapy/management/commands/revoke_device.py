from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from therapy.management.plainly import told_plainly
from therapy.models import Device, Patient
from therapy.people.selectors import devices_of, patient_named
from therapy.people.services import revoke_device


class Command(BaseCommand):
    help = (
        "End the access of a patient's phones, at once and for good. Without --phone or --all it "
        "lists them and changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("patient", metavar="CODE|CLINIC/CODE|ID")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--phone", metavar="LABEL|ID", help="the one of this name")
        which.add_argument("--all", action="store_true", help="every phone of the patient")

    def handle(self, **options: Any) -> None:
        with told_plainly():
            patient = patient_named(options["patient"])
        phones = list(devices_of(patient))
        if not options["all"] and options["phone"] is None:
            for phone in phones:
                self.stdout.write(_in_words(phone))
            self.stdout.write(f"{len(phones)} in all; --phone LABEL or --all ends access.")
            return
        for phone in phones if options["all"] else [_wanted(patient, phones, options["phone"])]:
            self.stdout.write(_in_words(revoke_device(device=phone)))


def _wanted(patient: Patient, phones: list[Device], name: str) -> Device:
    found = [phone for phone in phones if name in {str(phone.id), phone.label}]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"{patient} has several phones '{name}': say the id of the one.")
    raise CommandError(f"{patient} has no phone '{name}'.")


def _in_words(phone: Device) -> str:
    seen = f"last seen {phone.last_seen_at:%Y-%m-%d %H:%M}" if phone.last_seen_at else "never seen"
    ended = f", access ended {phone.revoked_at:%Y-%m-%d %H:%M}" if phone.revoked_at else ""
    named = phone.label or "phone without a name"
    return f"{phone.id}  {named}: connected {phone.created_at:%Y-%m-%d %H:%M}, {seen}{ended}"
