"""Taking many patients in at once: all of them, or none and every reason why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from therapy.interchange.patients.reading import Line, Problem, Unreadable, lines_of
from therapy.people.codes import code_problems
from therapy.people.models import Clinic, Membership, Patient
from therapy.people.services import create_patients
from therapy.records import problems_of


@dataclass(frozen=True)
class DryRun:
    """What a file would do. Nothing was written."""

    lines: Sequence[Line]
    problems: Sequence[Problem]

    def of_line(self, line: Line) -> list[Problem]:
        return [problem for problem in self.problems if problem.line == line.number]


class ImportRefused(Exception):
    """Nobody was taken in; why, in the run's problems."""

    def __init__(self, run: DryRun) -> None:
        super().__init__("\n".join(map(str, run.problems)))
        self.run = run


def dry_run(*, clinic: Clinic, content: bytes) -> DryRun:
    """Look at every line of the file and at who is there, and write nothing."""
    try:
        lines, problems = lines_of(content)
    except Unreadable as unreadable:
        return DryRun((), unreadable.problems)
    found = [*problems, *_problems(clinic, lines, _members(clinic))]
    return DryRun(lines, sorted(found, key=lambda problem: problem.line))


def import_patients(*, clinic: Clinic, content: bytes) -> Sequence[Patient]:
    """Take in everyone in the file, in one transaction. Raises ImportRefused with all problems at
    once; a code that someone else took meanwhile is one of them."""
    run = dry_run(clinic=clinic, content=content)
    if run.problems:
        raise ImportRefused(run)
    members = _members(clinic)
    try:
        with transaction.atomic():
            return create_patients(
                clinic=clinic, patients=[_patient(clinic, line, members) for line in run.lines]
            )
    except IntegrityError:
        told = dry_run(clinic=clinic, content=content)
        if not told.problems:
            raise
        raise ImportRefused(told) from None


def _members(clinic: Clinic) -> Mapping[str, Membership]:
    members = Membership.objects.filter(clinic=clinic).select_related("user")
    return {member.user.email.lower(): member for member in members}


def _patient(clinic: Clinic, line: Line, members: Mapping[str, Membership]) -> Patient:
    return Patient(
        clinic=clinic,
        code=line.code,
        therapist=members.get(line.therapist.lower()),
        time_zone=line.time_zone,
        origin=line.origin,
    )


def _problems(
    clinic: Clinic, lines: Sequence[Line], members: Mapping[str, Membership]
) -> Iterator[Problem]:
    """In the order of the lines. Two queries."""
    taken = set(Patient.objects.filter(clinic=clinic).values_list("code", flat=True))
    first: dict[str, int] = {}
    for line in lines:
        for column, texts in problems_of(_patient(clinic, line, members)).items():
            yield Problem(line.number, column, " ".join(texts))
        if line.therapist and line.therapist.lower() not in members:
            said = f"Nobody with the address {line.therapist} works at {clinic}."
            yield Problem(line.number, "therapist", said)
        for column, texts in code_problems(line.code).items():
            yield Problem(line.number, column, " ".join(texts))
        if line.code in taken:
            said = f"The clinic already has a patient {line.code}."
            yield Problem(line.number, "code", said)
        if line.code and first.setdefault(line.code, line.number) != line.number:
            yield Problem(line.number, "code", f"Stands in line {first[line.code]} already.")
