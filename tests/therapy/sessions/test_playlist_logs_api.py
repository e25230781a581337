"""POST /api/v1/playlist-logs: a playlist is stored whole or not at all."""

from typing import Any

import pytest

from tests.people import People, Phone
from tests.staff import Staff
from tests.therapy.sessions.reports import Body, new_id, refusals
from therapy.models import PlaylistEntry, PlaylistLog

pytestmark = pytest.mark.django_db


@pytest.fixture
def playlist(bodies: dict[str, Body]) -> Body:
    return bodies["playlist-logs"]


def refused(phone: Phone, playlist: Body) -> dict[str, list[str]]:
    fields = refusals(phone.post("playlist-logs", playlist))
    assert not PlaylistLog.objects.exists()
    assert not PlaylistEntry.objects.exists()
    return fields


def test_entries_come_back_in_the_order_of_playing(phone: Phone, playlist: Body) -> None:
    in_order = list(playlist["entries"])
    answer = phone.post("playlist-logs", playlist | {"entries": in_order[::-1]})
    assert answer.json()["entries"] == in_order
    assert phone.post("playlist-logs", playlist).content == answer.content


def test_a_first_track_that_the_patient_chose_is_told_from_one_that_was_drawn(
    people: People, phone: Phone, playlist: Body
) -> None:
    drawn = {name: value for name, value in playlist.items() if name != "chosen_first"}
    assert phone.post("playlist-logs", drawn).json()["chosen_first"] is False
    assert phone.post("playlist-logs", playlist).status_code == 201, "said or not, it is the same"
    chosen = playlist | {"id": new_id(), "chosen_first": True}
    assert phone.post("playlist-logs", chosen).json()["chosen_first"] is True
    changed = refusals(phone.post("playlist-logs", chosen | {"chosen_first": False}), 409)
    assert changed == {"chosen_first": ["Stored as True, sent as False."]}
    shown = Staff(people.bob).rows(f"patients/{people.anna.id}/playlist-logs")
    assert {row["id"]: row["chosen_first"] for row in shown} == {
        drawn["id"]: False,
        chosen["id"]: True,
    }


@pytest.mark.parametrize("value", ["true", 1, None])
def test_whether_it_was_chosen_is_true_or_false(phone: Phone, playlist: Body, value: Any) -> None:
    assert list(refused(phone, playlist | {"chosen_first": value})) == ["chosen_first"]


@pytest.mark.parametrize("positions", [[0, 1, 3], [1, 2, 3], [0, 0, 1]])
def test_positions_have_no_gap(phone: Phone, playlist: Body, positions: list[int]) -> None:
    for entry, position in zip(playlist["entries"], positions, strict=True):
        entry["position"] = position
    assert refused(phone, playlist) == {
        "entries": ["Positions must be 0 to 2, each once and without a gap."]
    }


def test_a_playlist_has_one_to_eight_tracks(phone: Phone, playlist: Body) -> None:
    entry = playlist["entries"][0]
    assert "at least 1" in refused(phone, playlist | {"entries": []})["entries"][0]
    nine = [entry | {"position": min(position, 7)} for position in range(9)]
    assert "no more than 8" in refused(phone, playlist | {"entries": nine})["entries"][0]
    eight = [entry | {"position": position} for position in range(8)]
    assert phone.post("playlist-logs", playlist | {"entries": eight}).status_code == 201


@pytest.mark.parametrize(
    ("field", "value", "path", "words"),
    [
        ("position", 8, "entries/1/position", "less than or equal to 7"),
        ("position", -1, "entries/1/position", "greater than or equal to 0"),
        ("waypoint", [0.5], "entries/1/waypoint", "at least 2 elements"),
        ("waypoint", [0.5, 0.5, 0.5], "entries/1/waypoint", "no more than 2 elements"),
        ("waypoint", [0.5, 1.01], "entries/1/waypoint/1", "at most 1"),
        ("predicted", ["NaN", 0.5], "entries/1/predicted/0", "finite number"),
        ("deviation", [-0.1, 0.5], "entries/1/deviation/0", "at least 0"),
        ("deviation", [0.1, 11.0], "entries/1/deviation/1", "between 0 and 10"),
        ("log_probability", 0.1, "entries/1/log_probability", "at most 0"),
        ("log_probability", -1e7, "entries/1/log_probability", "between -1e+06 and 0"),
        ("track", "no uuid", "entries/1/track", "valid UUID"),
        ("track", None, "entries/1/track", "may not be null"),
    ],
)
def test_an_entry_is_refused_by_its_place_and_field(
    phone: Phone, playlist: Body, field: str, value: Any, path: str, words: str
) -> None:
    playlist["entries"][1][field] = value
    fields = refused(phone, playlist)
    assert words in fields[path][0]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("seed", 2**63, "less than or equal to"),
        ("seed", -(2**63) - 1, "greater than or equal to"),
        ("seed", 0.5, "valid integer"),
        ("model_version", -1, "greater than or equal to 0"),
        ("model_version", 2**31, "between 0 and"),
        ("package_sha256", "9F" * 32, "does not match"),
        ("package_sha256", "9f" * 31, "does not match"),
        ("package_sha256", "9f" * 31 + "9\0", "Null characters"),
        ("mood_valence", -1.01, "at least -1"),
        ("target_arousal", "Infinity", "finite number"),
        ("entries", None, "may not be null"),
        ("entries", {}, "Expected a list"),
    ],
)
def test_a_playlist_is_refused_by_field(
    phone: Phone, playlist: Body, field: str, value: Any, words: str
) -> None:
    assert words in " ".join(refused(phone, playlist | {field: value})[field])


def test_what_differs_in_a_repeat_is_named(people: People, phone: Phone, playlist: Body) -> None:
    phone.post("playlist-logs", playlist)
    playlist["entries"][0]["log_probability"] = -9.0
    assert refusals(phone.post("playlist-logs", playlist | {"seed": 1}), 409) == {
        "seed": [f"Stored as {2**63 - 1}, sent as 1."],
        "entries": ["Other tracks or numbers are stored."],
    }
    shorter = playlist | {"entries": playlist["entries"][:2]}
    assert list(refusals(phone.post("playlist-logs", shorter), 409)) == ["entries"]
    assert PlaylistEntry.objects.count() == 3
