"""A phone in TypeScript opens the sessions that the server would: which tracks are allowed, how
lately and how well they are known, what the model is asked, and the playlist that comes of it."""

import base64
import re
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from adaptation.refreshing import refresh_clinic
from exports import listening, selectors, services
from exports.kinds import PLATFORMS
from exports.models import ModelPackage
from exports.phone import recency
from exports.playlists import Item, NoPlaylist, generate
from tests.factories import ListeningSessionFactory
from tests.people import Phone
from tests.phone.node import run
from tests.phone.randomly import AT, Case, Chance, a_clinic, a_phone, milliseconds
from tests.practice import Practice
from therapy.catalogue.selectors import feature_table
from therapy.models import Patient, SessionPlan
from therapy.plans.exclusions import excluded_track_ids
from therapy.plans.path import SHARES, curve_weights

pytestmark = pytest.mark.django_db

CLINICS, PATIENTS_EACH = 8, 25


def without_news(share: float, note: str) -> None:
    """A job that nobody watches."""


def in_words(said: list[Case]) -> str:
    """The keys of a phone's reasons as the server's sentences have them."""
    words = {
        "leads-there": "expected to leave the mood {distance:.2f} from the waypoint",
        "liked": "expected liking {liking:.1f} of 5",
        "well-known": "well known",
        "sounds-alike": "close in sound to the track before",
        "although-heard-lately": "although heard lately",
        "to-learn": "less known: the model wants to learn whether it suits",
    }
    return "; ".join(words[one["key"]].format(**one) for one in said)


def same_words(ours: str, theirs: str) -> bool:
    """But for a last digit, which differs where a number lies between two."""
    numbers = [[float(n) for n in re.findall(r"\d\.\d+", text)] for text in (ours, theirs)]
    masked = [re.sub(r"\d\.\d+", "#", text) for text in (ours, theirs)]
    return masked[0] == masked[1] and numbers[0] == pytest.approx(numbers[1], abs=0.011)


def test_two_hundred_sessions_are_those_of_the_server(practice: Practice) -> None:
    chance = Chance(np.random.default_rng(9))
    phones: list[tuple[Phone, Case]] = []
    for number in range(CLINICS):
        clinic = a_clinic(practice, chance, number)
        phones += [a_phone(clinic, chance, patient) for patient in range(PATIENTS_EACH)]
        refresh_clinic(clinic_id=clinic.id, report=without_news)
        services.publish_clinic(clinic_id=clinic.id, report=without_news)
    cases: list[Case] = []
    for phone, history in phones:
        record = selectors.newest_package(phone.patient, ModelPackage.Kind.RECORD)
        assert record is not None
        cases.append(
            {
                "plan": phone.get("plan").json(),
                "catalogue": phone.get("catalogue").json(),
                "history": history,
                "vector": selectors.content_of(record).numbers.tolist(),
                "mood": [chance.within(-1, 1), chance.within(-1, 1)],
                "seed": int(chance.generator.integers(2**53)),
                "at": milliseconds(AT),
                "made": {
                    "session": str(ListeningSessionFactory(patient=phone.patient).id),
                    "version": record.version,
                    "sha256": record.sha256,
                    "at": milliseconds(AT),
                },
            }
        )
    with record.patient_model.base.bundles.get(kind=PLATFORMS["web"]).file.open() as content:
        bundle = base64.b64encode(content.read()).decode()
    made = run("run_listening.mjs", {"bundle": bundle, "session": cases})["session"]

    pairs = list(zip(phones, cases, made, strict=True))
    lists = [compared(phone, case, theirs) for (phone, _), case, theirs in pairs]
    logged = [(phone, theirs["logs"]) for (phone, _), _, theirs in pairs if "logs" in theirs]
    for phone, logs in logged[:20]:
        said = [phone.post("playlist-logs", {"id": str(uuid4()), **log}).json() for log in logs]
        assert [log["chosen_first"] for log in said] == [False] + [True] * (len(logs) - 1)
    lengths = [len(one) for one in lists]
    assert lengths.count(0) > 5, "some plans exclude everything"
    assert sum(map(bool, lengths)) > CLINICS * PATIENTS_EACH / 2
    assert sum(len(one.get("firsts", [])) > 1 for one in made) > 20, "some have a choice"


def compared(phone: Phone, case: Case, theirs: Case) -> list[Item]:
    """The server's playlist, once the phone's session was held against it."""
    patient, plan = phone.patient, SessionPlan.objects.get(id=case["plan"]["id"])
    table = feature_table(patient.clinic)
    excluded = excluded_track_ids(plan, table)
    allowed = [track not in excluded for track in table.track_ids]
    assert theirs["allowed"] == allowed
    for seen, really in zip(theirs["bySight"], allowed, strict=True):
        assert (
            seen or not really
        )  # what a phone sees for itself never excludes more than the server
    if plan.explicit_allowed and plan.lyrics == "any" and not plan.triggers:
        assert theirs["bySight"] == allowed  # and it is all that there is to see here
    mood = tuple(case["mood"])
    asked: dict[str, Any] = {"mood": mood, "target": None, "minutes": None, "seed": case["seed"]}
    if not any(allowed):
        assert theirs["nothing"] == "excluded"
        with pytest.raises(NoPlaylist):
            generate(patient=patient, at=AT, **asked)
        return []
    ours = generate(patient=patient, at=AT, **asked)
    check_inputs(ours.plan, patient, theirs, case)
    assert [choice["row"] for choice in theirs["choices"]] == [i.choice.row for i in ours.items]
    for choice, said, item in zip(theirs["choices"], theirs["reasons"], ours.items, strict=True):
        assert choice["predicted"] == pytest.approx(item.choice.predicted, abs=5e-6)
        assert choice["waypoint"] == pytest.approx(item.choice.waypoint, abs=5e-6)
        assert choice["deviation"] == pytest.approx(item.choice.deviation, abs=5e-6)
        assert choice["terms"] == pytest.approx(item.choice.terms, abs=5e-6)
        assert same_words(in_words(said), item.reason), (in_words(said), item.reason)
    assert theirs["firsts"][0] == ours.items[0].choice.row
    assert [choices[0]["row"] for choices in theirs["begun"]] == theirs["firsts"]
    assert all(allowed[row] for row in theirs["firsts"])
    return ours.items


def check_inputs(plan: SessionPlan, patient: Patient, theirs: Case, case: Case) -> None:
    """What the model is asked, by what the server asks it."""

    ids = feature_table(patient.clinic).track_ids
    heard = recency(listening.days_since_heard(patient, ids, AT))
    assert theirs["recency"] == pytest.approx(heard.tolist(), abs=1e-6)
    assert theirs["familiarity"] == listening.familiarity_of(patient, ids).tolist()
    assert theirs["request"] == {
        "mood": case["mood"],
        "target": [plan.target_valence, plan.target_arousal],
        "curve": pytest.approx(curve_weights(plan.curve, plan.track_count, plan.start_factor)),
        "guards": {
            "hold_radius": plan.hold_radius,
            "largest_step": plan.largest_step,
            "lowest_valence": plan.lowest_valence,
        },
        "seed": case["seed"],
    }


def test_shorter_paths_have_the_shapes_of_the_server() -> None:
    asked = [
        {"curve": curve, "length": length, "start_factor": factor}
        for curve in SHARES
        for length in range(1, 9)
        for factor in (0.5, 1)
    ]
    made = run("run_listening.mjs", {"curve": asked})["curve"]
    for case, curve in zip(asked, made, strict=True):
        ours = curve_weights(str(case["curve"]), int(case["length"]), float(case["start_factor"]))
        assert curve == pytest.approx(ours, abs=1e-12), case
