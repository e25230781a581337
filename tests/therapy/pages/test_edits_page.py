"""Changing many tracks at once: looked at first, done as it was looked at, undone."""

from typing import Any

import pytest
from django.test import Client

from tests.people import People
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import rows, words
from therapy.models import CatalogueEdit, Track, WriteLog

pytestmark = pytest.mark.django_db
PAGE = "/catalogue/edit/"


def ticked(people: People, count: int = 2) -> list[str]:
    return [str(track.id) for track in people.tracks[:count]]


def look(client: Client, tracks: list[str], **asked: str) -> Any:
    return client.post(PAGE, {"track": tracks, "step": "look"} | asked)


def do(client: Client, tracks: list[str], **asked: str) -> Any:
    """Look, and confirm what was seen."""
    state = look(client, tracks, **asked).context["state"]
    return client.post(PAGE, {"track": tracks, "step": "do", "state": state} | asked)


def fresh(track: Track) -> Track:
    return Track.objects.get(pk=track.pk)


@pytest.fixture
def tagged(people: People) -> People:
    for track, tags in zip(people.tracks, (["piano"], ["harp", "slow"], ["rain"]), strict=True):
        track.tags = tags
        track.save()
    return people


def test_the_list_offers_tracks_to_tick_and_nothing_is_written_before_it_is_confirmed(
    alices: Client, tagged: People
) -> None:
    listed = alices.get("/catalogue/").content.decode()
    assert f'name="track" value="{tagged.tracks[0].id}"' in listed
    assert "Edit 2 tracks" in words(alices.post(PAGE, {"track": ticked(tagged)}))
    shown = rows(look(alices, ticked(tagged), add_tags="Calm, slow", rights="CC0"))[1:]
    assert "Tags piano → becomes piano, calm, slow" in shown[0]
    assert "Rights not stated → becomes CC0" in shown[0]
    assert "Tags harp, slow → becomes harp, slow, calm" in shown[1]
    assert fresh(tagged.tracks[0]).tags == ["piano"]
    assert not CatalogueEdit.objects.exists()


def test_it_is_done_to_those_that_were_ticked_shown_and_undone(
    alices: Client, tagged: People
) -> None:
    first, second, third = tagged.tracks
    answer = do(
        alices, ticked(tagged), add_tags="calm", remove_tags="harp", explicit="yes", lyrics="sung"
    )
    address = answer.headers["Location"]
    assert fresh(first).tags == ["piano", "calm"]
    assert fresh(second).tags == ["slow", "calm"]
    assert (fresh(second).explicit, fresh(second).lyrics) == (True, "sung")
    assert fresh(third).tags == ["rain"]
    said = words(alices.get(address))
    assert "2 tracks edited" in said
    assert "Explicit no → becomes yes" in said
    assert address in alices.get("/catalogue/edits/").content.decode()

    undone = alices.post(f"{address}undo/", follow=True)
    assert "The tracks say what they said before." in words(undone)
    assert "Undo this edit" not in words(undone)
    assert (fresh(second).tags, fresh(second).explicit) == (["harp", "slow"], False)
    assert (fresh(first).tags, fresh(first).lyrics) == (["piano"], "none")
    Track.objects.filter(pk=first.pk).update(tags=["piano", "calm"])
    alices.post(f"{address}undo/")
    assert fresh(first).tags == ["piano", "calm"], "undone once only"


def test_what_somebody_changed_meanwhile_is_not_overwritten(alices: Client, tagged: People) -> None:
    keys = ticked(tagged)
    state = look(alices, keys, rights="CC0").context["state"]
    Track.objects.filter(pk=tagged.tracks[1].pk).update(rights="All rights reserved")
    answer = alices.post(PAGE, {"track": keys, "step": "do", "state": state, "rights": "CC0"})
    assert answer.status_code == 409
    said = words(answer)
    assert "Somebody changed one of these tracks meanwhile, so nothing was done" in said
    assert "All rights reserved → becomes CC0" in said
    assert fresh(tagged.tracks[0]).rights == ""
    assert not CatalogueEdit.objects.exists()


def test_undoing_leaves_what_was_changed_since(alices: Client, tagged: People) -> None:
    address = do(alices, ticked(tagged), rights="CC0", lyrics="sung").headers["Location"]
    Track.objects.filter(pk=tagged.tracks[1].pk).update(rights="CC BY 4.0")
    undone = words(alices.post(f"{address}undo/", follow=True))
    assert "Undone, but for 1 of the tracks" in undone
    assert (fresh(tagged.tracks[1]).rights, fresh(tagged.tracks[1]).lyrics) == (
        "CC BY 4.0",
        "none",
    )
    assert fresh(tagged.tracks[0]).rights == ""


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"add_tags": "x" * 61}, "Longer than 60 characters"),
        ({"add_tags": "slow", "remove_tags": "Slow"}, "To be added as well: slow."),
        ({"lyrics": "hummed"}, "Select a valid choice"),
        ({"rights": "x" * 201}, "at most 200 characters"),
    ],
)
def test_bad_input_is_told_and_what_was_typed_and_ticked_is_kept(
    asked: dict[str, str], problem: str, alices: Client, tagged: People
) -> None:
    typed = {"rights": "kept as typed"} | asked
    for step in ("look", "do"):
        answer = alices.post(PAGE, {"track": ticked(tagged), "step": step} | typed)
        assert answer.status_code == 400
        assert problem in words(answer)
        html = answer.content.decode()
        assert f'value="{typed["rights"]}"' in html
        assert html.count('name="track"') == 2
    assert not CatalogueEdit.objects.exists()


def test_nothing_ticked_and_nothing_to_change_are_told(alices: Client, tagged: People) -> None:
    for keys in ([], ["no-key"], [str(tagged.strange_track.id)]):
        answer = look(alices, keys, rights="CC0")
        assert answer.status_code == 400
        assert "No track was ticked" in words(answer)
    assert "Nothing would change" in words(look(alices, ticked(tagged), add_tags="  ,"))


def test_tracks_that_another_clinic_has_too_cannot_be_edited_or_undone(
    alices: Client, tagged: People
) -> None:
    address = do(alices, ticked(tagged), rights="CC0").headers["Location"]
    tagged.hill.catalogues.add(tagged.tracks[0].catalogue)
    assert "Tick " not in words(alices.get("/catalogue/"))
    assert "No track was ticked" in words(look(alices, ticked(tagged), rights="Mine"))
    refused = words(alices.post(f"{address}undo/", follow=True))
    assert "None of these tracks is yours to change any more. Nothing was undone." in refused
    assert "Undo this edit" in refused
    assert fresh(tagged.tracks[0]).rights == "CC0"


def test_therapists_may_not_and_strangers_find_nothing(
    alices: Client, tagged: People, signed_in: SignedIn
) -> None:
    address = do(alices, ticked(tagged), rights="CC0").headers["Location"]
    bobs, charlies = signed_in(tagged.bob), signed_in(tagged.charlie)
    assert "Tick " not in words(bobs.get("/catalogue/"))
    assert look(bobs, ticked(tagged), rights="X").status_code == 403
    assert bobs.post(f"{address}undo/").status_code == bobs.get(address).status_code == 403
    assert "No track was ticked" in words(look(charlies, ticked(tagged), rights="X"))
    assert charlies.get(address).status_code == 404
    assert charlies.post(f"{address}undo/").status_code == 404
    assert fresh(tagged.tracks[0]).rights == "CC0"


def test_it_is_written_down_who_did_it(alices: Client, tagged: People) -> None:
    do(alices, ticked(tagged), rights="CC0")
    entry = WriteLog.objects.get(model="therapy.CatalogueEdit")
    assert (entry.user, entry.clinic_id, entry.action) == (
        tagged.alice,
        tagged.harbour.id,
        "create",
    )
