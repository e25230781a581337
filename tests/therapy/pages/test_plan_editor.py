"""Writing a session plan: the form, step by step, as it is sent with and without JavaScript."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import SessionPlanFactory
from tests.people import People, described_track
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import words
from therapy.models import AccessLog, Membership, SessionPlan
from therapy.plans.comparing import said
from therapy.plans.selectors import current_plan
from therapy.plans.services import PlanFields, prescribe
from therapy.plans.staff_bodies import MOST_TRACKS_NAMED

pytestmark = pytest.mark.django_db

WHOLE: dict[str, Any] = {
    "indication": "Lies awake.\nSince March.",
    "goals": [
        {"goal": "Fall asleep", "weight": 2, "levels": ["never", "", "most nights", "", "always"]},
        {"goal": "Calm evenings", "weight": 1, "levels": ["", "", "", "", ""]},
    ],
    "review_on": "2026-12-24",
    "stop_criteria": "Headaches",
    "target_valence": 0.25,
    "target_arousal": -0.75,
    "curve": "plateau",
    "start_factor": 0.85,
    "track_count": 4,
    "composed_share": 0.1,
    "only_tags": ["piano", "rain, heavy"],
    "excluded_tags": ["organ"],
    "triggers": [{"tag": "bells", "reason": "An accident."}],
    "lyrics": "languages",
    "lyric_languages": ["de", "pt-BR"],
    "tempo_max": 90.5,
    "loudness_min": -40.0,
    "schedule": [{"days": [1, 5], "at": "20:30", "minutes": 90}],
    "homework": "Walk",
    "most_sessions_a_day": 2,
    "breathing_rate": 5.5,
    "spoken_intro": True,
    "measures": [{"measure": "phq4", "when": "weekly", "may_skip": True}],
    "epilepsy": "no",
    "crisis_plan": "Call the ward.",
}

Sent = dict[str, list[str]]


def sent_by(response: Any) -> Sent:
    """What the form on the page would send, by the names of its inputs, without any button."""
    html = response.content.decode()
    form = re.search(r'<form[^>]* id="plan".*?</form>', html, re.S)
    assert form is not None, words(response)
    sent: Sent = {}
    for tag, text in re.findall(r"(<(?:input|textarea|select)\b[^>]*>)([^<]*)", form[0]):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        kind, name = given.get("type", "text"), given.get("name", "")
        unticked = kind == "checkbox" and " checked" not in tag
        if unticked or kind == "image" or tag.startswith("<select") or "csrf" in name:
            continue
        default = "on" if kind == "checkbox" else ""
        value = text if tag.startswith("<textarea") else given.get("value", default)
        sent.setdefault(name, []).append(unescape(value))
    for name, options in re.findall(r'<select[^>]* name="([^"]*)".*?>(.*?)</select>', form[0]):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(
            r'value="([^"]*)"', options
        )
        assert chosen is not None
        sent[name] = [unescape(chosen[1])]
    return sent


class Desk:
    """Alice at the form, who presses one button after the other."""

    def __init__(self, client: Client, people: People) -> None:
        self.client = client
        self.address = reverse("write-plan", args=[people.anna.id])
        self.shown: Any = None
        self.sent: Sent = {}

    def open(self, query: str = "") -> "Desk":
        self._take(self.client.get(self.address + query))
        return self

    def press(self, step: str, **typed: Any) -> Any:
        """Type over what the page holds, and send it: a text, a list of texts, or None for none."""
        self.type(**typed)
        self._take(self.client.post(self.address, self.sent | {"step": step}))
        return self.shown

    def type(self, **typed: Any) -> None:
        for name, value in typed.items():
            key = name.replace("__", ".")
            self.sent.pop(key, None)
            if value is not None:
                self.sent[key] = [value] if isinstance(value, str) else value

    def _take(self, response: Any) -> None:
        self.shown = response
        if b'id="plan"' in response.content and response.status_code != 302:
            self.sent = sent_by(response)


@pytest.fixture
def desk(alices: Client, people: People) -> Desk:
    return Desk(alices, people)


def plans(people: People) -> int:
    return SessionPlan.objects.filter(patient=people.anna).count()


# What it begins with


def test_every_field_of_a_plan_is_in_the_form(desk: Desk) -> None:
    html = desk.open().shown.content.decode()
    for name in PlanFields.__annotations__:
        assert f'id="{name}"' in html, name


def test_a_plan_that_is_sent_back_unchanged_says_the_same(desk: Desk, people: People) -> None:
    fields = WHOLE | {"therapist": people.therapist, "never_tracks": [people.tracks[0]]}
    prescribe(patient=people.anna, by=people.bob, **fields)
    shown = words(desk.open().press("review"))
    assert "it says the same as version 1. There is nothing to prescribe." in shown
    assert "Prescribe" not in re.findall(r"<button.*?>(.*?)<", desk.shown.content.decode())


def test_a_template_says_what_it_rests_on_and_is_a_start(desk: Desk, people: People) -> None:
    assert "104 trials, de Witte et al. 2020" in words(desk.open().shown)
    shown = words(desk.open("?template=sleep").shown)
    assert "Begun from the template “Before sleep”: Sleep playlists are softer" in shown
    assert desk.press("prescribe").status_code == 302
    plan = current_plan(people.anna)
    assert plan is not None
    assert (plan.template, plan.tempo_max, plan.silence_at_end) == ("sleep", 90.0, 60)
    assert plan.schedule == [{"days": [1, 2, 3, 4, 5, 6, 7], "at": "22:00", "minutes": 90}]


def test_a_template_leaves_what_was_found_out_about_the_patient(desk: Desk, people: People) -> None:
    fields = WHOLE | {"never_tracks": [people.tracks[0]], "fade_in": 9.0}
    prescribe(patient=people.anna, by=people.bob, **fields)
    desk.open("?template=maintenance").press("prescribe")
    plan = current_plan(people.anna)
    assert plan is not None
    assert (plan.version, plan.template, plan.curve, plan.fade_in) == (
        *(2, "maintenance", "direct"),
        *(3.0,),
    )
    assert plan.triggers == WHOLE["triggers"]
    assert (plan.epilepsy, plan.crisis_plan) == ("no", "Call the ward.")
    assert [track.id for track in plan.never_tracks.all()] == [people.tracks[0].id]


def test_an_unknown_template_is_nowhere(desk: Desk) -> None:
    assert desk.client.get(desk.address + "?template=magic").status_code == 404


# Typing


def test_what_is_typed_is_prescribed(desk: Desk, people: People) -> None:
    desk.open().type(
        therapist=str(people.therapist.pk),
        indication="Worry",
        goals__0__goal="Sleep",
        goals__0__levels__2="Most nights",
        triggers__0__tag="bells",
        triggers__0__reason="An accident",
        schedule__0__days=["1", "3"],
        schedule__0__at="20:30",
        schedule__0__minutes="60",
        measures__0__measure="phq4",
        measures__0__when="weekly",
        excluded_tags__more="organ, drums",
        lyrics="languages",
        lyric_languages="de, en",
        target_arousal="−0.25",
        tempo_max="88.5",
        spoken_intro="on",
        review_on="2026-12-24",
        never_tracks=[str(people.tracks[0].id)],
    )
    assert desk.press("prescribe").status_code == 302
    plan = current_plan(people.anna)
    assert plan is not None
    assert plan.therapist == people.therapist
    assert plan.goals == [{"goal": "Sleep", "weight": 1, "levels": ["", "", "Most nights", "", ""]}]
    assert plan.triggers == [{"tag": "bells", "reason": "An accident"}]
    assert plan.schedule == [{"days": [1, 3], "at": "20:30", "minutes": 60}]
    assert plan.measures == [{"measure": "phq4", "when": "weekly", "may_skip": False}]
    assert plan.excluded_tags == ["organ", "drums"]
    assert plan.lyric_languages == ["de", "en"]
    assert (plan.target_arousal, plan.tempo_max, plan.spoken_intro) == (-0.25, 88.5, True)
    assert str(plan.review_on) == "2026-12-24"
    assert list(plan.never_tracks.all()) == [people.tracks[0]]
    assert plan.created_by == people.alice


def test_what_is_wrong_is_told_at_its_field_and_in_a_summary_and_nothing_is_lost(
    desk: Desk, people: People
) -> None:
    refused = desk.open().press(
        "review",
        indication="Kept as it is",
        target_valence="happy",
        tempo_max="2000",
        minutes="",
        goals__0__goal="Sleep",
        goals__0__weight="11",
        schedule__0__at="20:30",
        schedule__0__minutes="soon",
    )
    assert refused.status_code == 400
    html, shown = refused.content.decode(), words(refused)
    assert "This cannot be prescribed yet" in shown
    for name, text in {
        "target_valence": "Must be a number such as 0.5, not “happy”.",
        "tempo_max": "Must lie between 1 and 1000, not 2000.",
        "minutes": "Must be given.",
        "goals.0.weight": "Must be a whole number from 1 to 10.",
        "schedule.0.days": "Must be days of the week, 1 (Monday) to 7 (Sunday).",
        "schedule.0.minutes": "Must be 5 to 1440: how long the session may be begun.",
    }.items():
        assert f'<a href="#{name}">' in html, name
        assert f'id="{name}"' in html
        assert shown.count(text) >= 2, name
    assert desk.sent["indication"] == ["Kept as it is"]
    assert desk.sent["target_valence"] == ["happy"]
    assert desk.sent["schedule.0.minutes"] == ["soon"]
    assert plans(people) == 0


def test_rows_are_added_and_emptied_ones_go(desk: Desk) -> None:
    desk.open().press("add:goals", goals__0__goal="One")
    assert len([name for name in desk.sent if re.fullmatch(r"goals\.\d+\.goal", name)]) == 4
    desk.press("look", goals__2__goal="Three", goals__0__goal="")
    assert desk.sent["goals.0.goal"] == ["Three"]
    assert desk.sent["goals.1.goal"] == [""]
    assert "goals.2.goal" not in desk.sent


def test_tags_are_picked_with_how_many_tracks_have_them(desk: Desk, people: People) -> None:
    for _ in range(2):
        described_track(people.tracks[0].catalogue, tags=["organ"])
    described_track(people.strange_track.catalogue, tags=["gong"])
    shown = words(desk.open().shown)
    assert "organ (2)" in shown
    assert "gong" not in shown, "another clinic’s"


# Finding tracks


def test_tracks_are_found_heard_and_named(desk: Desk, people: People) -> None:
    wanted = described_track(people.tracks[0].catalogue, title="Low Tide", artist="Ada")
    wanted.audio.name = "tide.ogg"
    wanted.save()
    described_track(people.strange_track.catalogue, title="Strange Tide")
    found = desk.open().press("search", search="tide", indication="Still here")
    html = found.content.decode()
    assert f'src="{reverse("track-audio", args=[wanted.id])}"' in html
    assert "Strange Tide" not in html
    desk.press(f"never:{wanted.id}")
    assert desk.sent["never_tracks"] == [str(wanted.id)]
    assert desk.sent["indication"] == ["Still here"]
    desk.press(f"always:{people.tracks[0].id}")
    shown = words(desk.press("review"))
    assert f"Always tracks {people.tracks[0].title}" in shown
    assert "Never tracks Low Tide" in shown


def test_as_many_tracks_can_be_named_as_by_the_api(desk: Desk, people: People) -> None:
    named = [str(people.tracks[0].id)] * MOST_TRACKS_NAMED
    desk.open().press("prescribe", never_tracks=named, always_tracks=None)
    assert plans(people) == 1


def test_a_search_without_a_find_says_so(desk: Desk) -> None:
    assert "contains “zither”" in words(desk.open().press("search", search="zither"))


def test_a_track_of_another_clinic_is_refused(desk: Desk, people: People) -> None:
    refused = desk.open().press("review", never_tracks=[str(people.strange_track.id)])
    assert refused.status_code == 400
    assert "In no catalogue of this clinic" in words(refused)
    assert people.strange_track.title not in words(refused)


@pytest.mark.parametrize(
    "name", ["never_tracks", "therapist", "base", "template", "step", "search"]
)
def test_nonsense_is_answered_in_words(desk: Desk, name: str) -> None:
    desk.open()
    for text in ("x", "\0", "9" * 5000, "-1", "never:x"):
        answer = desk.client.post(desk.address, desk.sent | {"step": "review", name: text})
        assert answer.status_code in {200, 400}, text


# The look before it


def test_what_changes_and_which_risks_are_open_is_told(desk: Desk, people: People) -> None:
    prescribe(patient=people.anna, by=people.bob, **WHOLE)
    shown = words(desk.open().press("review", epilepsy="not asked", minutes="30"))
    assert "What changes from version 1" in shown
    assert "Minutes a session 20 30" in shown
    assert "Answered differently from version 1: epilepsy: no → not asked" in shown
    assert "Not asked about yet: epilepsy, hyperacusis or tinnitus" in shown
    assert plans(people) == 1


def test_too_few_tracks_are_warned_of_by_rule(desk: Desk, people: People) -> None:
    shown = words(desk.open().press("review", tempo_max="65", never_tracks=[]))
    assert "1 of 3 tracks may be played: too few." in shown
    assert "A session plays 5, so its playlist would be shorter." in shown
    assert "Tempo −2" in shown


def test_enough_tracks_are_not_warned_of(desk: Desk, people: People) -> None:
    for _ in range(9):
        described_track(people.tracks[0].catalogue)
    shown = words(desk.open().press("review", track_count="3"))
    assert "12 of 12 tracks may be played." in shown
    shown = words(desk.press("form") and desk.press("review", track_count="4"))
    assert "12 of 12 tracks may be played: too few." in shown
    assert "with fewer than 16, four sessions’ worth" in shown


def test_back_to_the_form_keeps_everything(desk: Desk, people: People) -> None:
    fields = WHOLE | {"therapist": people.therapist, "never_tracks": [people.tracks[0]]}
    prescribe(patient=people.anna, by=people.bob, **fields)
    before = dict(desk.open().sent)
    desk.press("review")
    desk.press("form")
    assert desk.sent == before


# Prescribing


def test_sent_twice_it_is_prescribed_once(desk: Desk, people: People) -> None:
    desk.open().press("review", indication="Worry")
    again = desk.sent | {"step": "prescribe"}
    first, second = (desk.client.post(desk.address, again) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert plans(people) == 1
    page = words(desk.client.get(first.headers["Location"]))
    assert "Version 1 is prescribed. A connected phone takes it" in page


def test_after_prescribing_it_leads_to_the_phones_where_none_is_connected(
    desk: Desk, people: People
) -> None:
    phone = people.annas_phone.device
    phone.revoked_at = phone.created_at
    phone.save()
    answer = desk.open().press("prescribe")
    address = answer.headers["Location"]
    assert address == reverse("patient", args=[people.anna.id]) + "#phones"
    page = desk.client.get(address)
    assert "No phone is connected: connect one, by QR code, under Phones." in words(page)
    assert 'id="phones"' in page.content.decode()


def test_another_version_meanwhile_is_shown_and_not_overwritten(desk: Desk, people: People) -> None:
    prescribe(patient=people.anna, by=people.bob, minutes=20)
    desk.open().press("review", homework="Walk")
    prescribe(patient=people.anna, by=people.bob, minutes=40)
    told = desk.press("prescribe")
    assert told.status_code == 409
    shown = words(told)
    assert "Version 2 was prescribed while you wrote" in shown
    assert "By Bob" in shown
    assert "Minutes a session 20 40" in shown
    assert "Minutes a session 40 20" in shown
    assert plans(people) == 2
    desk.press("form")
    assert desk.sent["homework"] == ["Walk"]
    desk.press("review", minutes="40")
    assert "was prescribed while you wrote" not in words(desk.shown), "it is known now"
    desk.press("prescribe")
    plan = current_plan(people.anna)
    assert plan is not None
    assert (plan.version, plan.minutes, plan.homework) == (3, 40, "Walk")


def test_the_same_by_someone_else_is_no_second_sending(desk: Desk, people: People) -> None:
    desk.open().press("review")
    prescribe(patient=people.anna, by=people.bob)
    assert desk.press("prescribe").status_code == 409


def test_what_is_shown_is_what_is_stored(desk: Desk, people: People) -> None:
    fields = WHOLE | {"therapist": people.therapist, "always_tracks": list(people.tracks[:2])}
    first = prescribe(patient=people.anna, by=people.bob, **fields)
    desk.open().press("prescribe", homework="Run")
    second = current_plan(people.anna)
    assert second is not None
    first = SessionPlan.objects.get(id=first.id)
    assert said(second) == said(first) | {"homework": "Run"}


# The path


def test_the_path_is_drawn_for_the_mood_that_is_asked(desk: Desk) -> None:
    desk.open("?template=stress")
    html = desk.press("path", mood_valence="-1", mood_arousal="1", track_count="3").content.decode()
    assert "from the mood −1.00, +1.00 to the target +0.50, −0.50" in html
    # 120 pixels are 1, the middle is at 140; the lowest valence, −0.6, is where the path begins
    assert '<polyline class="way" points="68.0,20.0' in html


def test_a_path_that_cannot_be_drawn_says_why(desk: Desk) -> None:
    shown = words(desk.open().press("path", start_factor="9", mood_valence="x"))
    assert "The path cannot be drawn yet. Start factor λ: Must lie between 0.5 and 1" in shown


def test_the_path_alone_is_a_drawing(alices: Client) -> None:
    query = "?target_valence=0.5&target_arousal=-0.5&curve=direct&start_factor=1&track_count=3"
    query += "&minutes=20&hold_radius=0.1&largest_step=1&lowest_valence=-1"
    drawn = alices.get("/plans/path.svg" + query + "&mood_valence=0&mood_arousal=0")
    assert drawn.headers["Content-Type"] == "image/svg+xml"
    assert '<polyline class="way" points="200.0,200.0 200.0,200.0 200.0,200.0"' in (
        drawn.content.decode()
    )
    refused = alices.get("/plans/path.svg" + query + "&mood_valence=2&mood_arousal=0")
    assert refused.status_code == 400
    assert refused.content.decode() == (
        "The path cannot be drawn yet. Mood, valence: Must lie between −1 and 1."
    )


# Who may


def test_only_who_may_change_care_writes(desk: Desk, people: People, signed_in: SignedIn) -> None:
    sent = desk.open().sent | {"step": "prescribe"}
    charlie = signed_in(people.charlie)
    assert charlie.get(desk.address).status_code == 404
    assert charlie.post(desk.address, sent).status_code == 404
    Membership.objects.filter(id=people.therapist.id).update(role="admin")
    bob = signed_in(people.bob)
    assert bob.get(desk.address).status_code == 403
    assert bob.post(desk.address, sent).status_code == 403
    assert bob.get("/plans/path.svg").status_code == 403
    assert plans(people) == 0
    for page in ("patient", "plans"):
        assert desk.address not in bob.get(reverse(page, args=[people.anna.id])).content.decode()
        shown = desk.client.get(reverse(page, args=[people.anna.id])).content.decode()
        assert desk.address in shown


def test_who_reads_a_plan_in_the_form_is_written_down(desk: Desk, people: People) -> None:
    desk.open()
    [read] = AccessLog.objects.filter(user=people.alice, address="write-plan")
    assert read.patient_id == people.anna.id


def test_a_look_before_prescribing_asks_the_database_alike_for_many_tracks(
    desk: Desk, people: People
) -> None:
    SessionPlanFactory(patient=people.anna)
    desk.open().press("review")
    asked = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            desk.press("review")
        asked.append(len(captured))
        for _ in range(20):
            described_track(people.tracks[0].catalogue)
    assert asked[0] == asked[1] <= 25
