"""A patient's first days with the app: a real browser, a real server and a real worker."""

from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.phone.app import CONSENTS, PhoneApp, phone_app
from tests.phone.site import Site
from tests.phone.waiting_room import NOT_ALLOWED
from tests.waiting import until
from therapy.people.consent_texts import newest_text

pytestmark = [pytest.mark.browser, pytest.mark.system]

PATIENT = "JOURNEY"
PIECES = 3  # of a session, by the plan
TABLES = {
    "session": "therapy_listeningsession",
    "mood-rating": "therapy_moodrating",
    "track-play": "therapy_trackplay",
    "track-rating": "therapy_trackrating",
    "playlist-log": "therapy_playlistlog",
}


class Records:
    """What the server has of the patient."""

    def __init__(self, site: Site) -> None:
        self.sql = site.installation.sql
        ((self.patient,),) = self.sql(f"SELECT id FROM therapy_patient WHERE code = '{PATIENT}'")

    def rows(self, columns: str, table: str, order: str = "id") -> list[tuple[Any, ...]]:
        return self.sql(
            f"SELECT {columns} FROM {table} WHERE patient_id = '{self.patient}' ORDER BY {order}"
        )

    def reported(self) -> Counter[tuple[str, str]]:
        """How often it has each report, by kind and id."""
        return Counter(
            (kind, found) for kind, table in TABLES.items() for (found,) in self.rows("id", table)
        )

    def newest_record(self) -> int:
        """The version that the phone is to have."""
        versions = self.rows("version", "exports_modelpackage", "version")
        return int(versions[-1][0])

    def lists(self) -> list[list[tuple[Any, ...]]]:
        """Of each playlist the pieces, with the valence expected after them, oldest first."""
        logs = self.rows("id", "therapy_playlistlog", "made_at")
        of_one = (
            "SELECT track_id, predicted_valence FROM therapy_playlistentry "
            "WHERE playlist_id = '{}' ORDER BY position"
        )
        return [self.sql(of_one.format(log)) for (log,) in logs]

    def vectors(self) -> list[bytes]:
        return [row[0] for row in self.rows("vector", "adaptation_patientmodel", "version")]


def reported_by(app: PhoneApp) -> Counter[tuple[str, str]]:
    """What the phone says that happened: each once."""
    return Counter((row["kind"], row["id"].replace("-", "")) for row in app.kept("history"))


def until_all_is_there_once(app: PhoneApp, records: Records) -> Counter[tuple[str, str]]:
    until(lambda: app.kept("outbox") == [], "everything to be handed over")
    reported = records.reported()
    assert reported == reported_by(app)
    assert set(reported.values()) == {1}
    return Counter(dict.fromkeys(TABLES, 0)) + Counter(kind for kind, _ in reported)


def rate_what_was_heard(app: PhoneApp, liking: int) -> int:
    """All pieces that were not rated while they played, 1..5; how many."""
    app.sees("after.tracks")
    pieces = app.page.get_by_role("group")
    for place in range(pieces.count()):
        name = app.say(f"after.liking.{liking - 1}")
        pieces.nth(place).get_by_role("radio", name=name, exact=True).check()
    count = pieces.count()
    app.tap("common.done")
    return count


def finish_session(app: PhoneApp, valence: int, arousal: int, liking: int) -> int:
    """From the end of the music to the first screen."""
    app.sees("mood.after")
    app.feel(valence, arousal)
    app.tap("common.next")
    rated = rate_what_was_heard(app, liking)
    app.sees("after.done")
    app.tap("after.home")
    app.sees("home.title")
    return rated


def test_from_the_code_to_a_playlist_that_learned(
    chromium: Browser, site: Site, codes: dict[str, str]
) -> None:
    with phone_app(chromium, site) as app:
        records = Records(site)
        app.connect(codes[PATIENT])
        decide(app, records)
        rated = session_with_a_change_of_mind(app, records)
        app.window.expect_calm()

        site.kill()
        app.page.reload()
        app.sees("home.title")
        rated += session_without_a_server(app)
        assert len(app.kept("outbox")) > 0
        site.start()
        app.go("data")
        app.tap("settings.sync")
        known = until_all_is_there_once(app, records)
        assert known["session"] == 2
        assert known["track-rating"] == rated

        the_worker_learns(app, site, records)
        the_playlist_is_of_the_new_model(app, records)


def decide(app: PhoneApp, records: Records) -> None:
    """Each text is read, and each answer arrives."""
    for scope in CONSENTS:
        text = newest_text(scope, "en")
        app.sees_title(text.title)
        if scope == "care":  # nothing that is about the patient comes before they agreed
            assert app.kept("model") == app.kept("audio") == []
        assert app.page.locator(".reading p").all_inner_texts() == list(text.paragraphs)
        app.tap(f"consent.{'no' if scope == 'experiments' else 'yes'}.{scope}")
    app.get_ready()
    wanted = {(scope, scope != "experiments", newest_text(scope).version) for scope in CONSENTS}

    def arrived() -> bool:
        rows = records.rows("scope, given, text_version", "therapy_consent")
        return {(scope, bool(given), version) for scope, given, version in rows} == wanted

    until(arrived, "the decisions to arrive")


def session_with_a_change_of_mind(app: PhoneApp, records: Records) -> int:
    """Likes the first piece, feels different, skips it, and hears the rest out."""
    app.make_playlist(valence=-60, arousal=60)
    before = app.seconds_played()
    until(lambda: app.seconds_played() > before + 0.5, "the sound to go on")
    app.pause()
    app.tap("session.like")
    app.reads(app.say("session.liked"))
    app.tap("session.feel")
    app.feel(valence=-20, arousal=20)
    app.tap("common.save")
    app.reads(app.say("session.replanned"))
    app.tap("session.next")
    rated = 1 + finish_session(app, valence=40, arousal=-40, liking=5)

    known = until_all_is_there_once(app, records)
    assert known == {
        "session": 1,
        "mood-rating": 3,
        "track-play": PIECES + 1,
        "track-rating": rated,
        "playlist-log": 4,
    }
    ((ending, ended),) = records.rows("ending, ended_at", "therapy_listeningsession")
    assert ending == "completed"
    assert ended is not None
    phases = records.rows("phase, valence, arousal", "therapy_moodrating", "rated_at")
    assert phases == [("before", -0.6, 0.6), ("during", -0.2, 0.2), ("after", 0.4, -0.4)]
    endings = records.rows("ending", "therapy_trackplay", "position")
    assert endings == [("skipped",), *[("finished",)] * PIECES]
    assert records.rows("DISTINCT model_version", "therapy_playlistlog", "1") == [(1,)]
    only_what_the_plan_allows(records)
    return rated


def only_what_the_plan_allows(records: Records) -> None:
    chosen = records.sql(
        "SELECT track.tags FROM therapy_playlistentry entry "
        "JOIN therapy_track track ON track.id = entry.track_id "
        "JOIN therapy_playlistlog log ON log.id = entry.playlist_id "
        f"WHERE log.patient_id = '{records.patient}'"
    )
    assert chosen
    assert not [tags for (tags,) in chosen if NOT_ALLOWED in tags]


def session_without_a_server(app: PhoneApp) -> int:
    app.make_playlist(valence=-60, arousal=60)
    return finish_session(app, valence=60, arousal=-60, liking=1)


def the_worker_learns(app: PhoneApp, site: Site, records: Records) -> None:
    """Until the phone has the model that was made of what it handed over."""
    assert records.newest_record() == 1
    site.installation.start_worker()
    until(lambda: records.newest_record() > 1, "a new model to be signed")
    app.tap("settings.sync")
    until(
        lambda: [row["version"] for row in app.kept("model")] == [records.newest_record()],
        "the new model on the phone",
    )


def the_playlist_is_of_the_new_model(app: PhoneApp, records: Records) -> None:
    vectors = records.vectors()
    assert vectors[0] != vectors[-1]
    app.go("home")
    app.sees("home.title")
    app.make_playlist(valence=-60, arousal=60)
    app.tap("session.stop")
    app.sees("stopped.title")
    until_all_is_there_once(app, records)
    logs = records.rows("model_version, package_sha256", "therapy_playlistlog", "made_at")
    assert logs[-1][0] == records.newest_record()
    assert logs[-1][1] != logs[0][1]
    first, *_, last = records.lists()
    assert len(first) == len(last) == PIECES
    before, now = dict(first), dict(last)
    assert before != now, "from the same mood to the same target, another list"
    for piece in before.keys() & now.keys():
        assert before[piece] != now[piece], "of a piece that is in both, another mood is expected"
