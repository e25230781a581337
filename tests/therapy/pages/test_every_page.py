"""What holds for every page: errors with a way on, no inline style or script, a sound frame."""

import re
from typing import NoReturn

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import include, path

from tests.addresses import filled, parameters_at, patterns
from tests.people import People
from tests.signing_in import just_signed_in
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import add_playlist, add_session, words
from therapy.access.doors import OPERATOR, door_of, open_to_all
from therapy.plans.selectors import current_plan

# A script of our own host, or data that no browser runs.
INLINE = r"<script(?![^>]*(?: src=\"/static/| type=\"application/json\"))"


@open_to_all
def broken(request: HttpRequest) -> NoReturn:
    raise RuntimeError("This page always fails.")


@open_to_all
def forbidden(request: HttpRequest) -> NoReturn:
    raise PermissionDenied


urlpatterns = [
    path("broken", broken),
    path("forbidden", forbidden),
    path("", include("therapy.urls")),
]


Page = tuple[str, HttpResponse]
# The pages for developers, which a library draws; and the patient's app, which draws itself.
FRAMELESS = ("/api/", "/phone/")


@pytest.fixture
def pages(people: People, alices: Client, client: Client) -> list[Page]:
    """Every page that the site has, as its owner or a stranger reads it, and some besides.

    Pages of operators are Django admin's and have a frame of their own.
    """
    parameters = parameters_at(people)
    add_playlist(add_session(people.anna, plan=current_plan(people.anna)), people.tracks)
    addresses = [
        filled(route, parameters)
        for route, pattern in patterns()
        if not route.startswith("^") and door_of(pattern.callback) != OPERATOR
    ]
    asked = [
        (address, who.get(address))
        for address in [*addresses, "/?code=zzz", "/nowhere"]
        if not address.startswith(FRAMELESS)
        for who in (just_signed_in(alices), client)
    ]
    return [(address, answer) for address, answer in asked if _is_page(answer)]


def _is_page(answer: HttpResponse) -> bool:
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return is_html and not 300 <= answer.status_code < 400 and answer.status_code != 405


@pytest.mark.django_db
@pytest.mark.parametrize("visitor", [True, False])
def test_a_missing_page_leads_back(client: Client, alices: Client, visitor: bool) -> None:
    missing = (client if visitor else alices).get("/nowhere/at/all")
    assert missing.status_code == 404
    assert "Go to your patients" in words(missing)


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_forbidden_page_says_whom_to_ask(alices: Client) -> None:
    refused = alices.get("/forbidden")
    assert refused.status_code == 403
    assert "ask the owner of your clinic" in words(refused)


@pytest.mark.django_db
def test_the_mark_is_where_browsers_look(client: Client) -> None:
    assert client.get("/favicon.ico").headers["Location"].endswith("therapy/mark.svg")


@pytest.mark.django_db
def test_a_forbidden_page_says_which_act_it_was(signed_in: SignedIn, people: People) -> None:
    said = words(signed_in(people.bob).get(f"/staff/{people.harbour.slug}/"))
    assert "Your role does not let you manage staff." in said
    assert "ask the owner of your clinic" in said


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_failure_says_what_to_do_and_hides_its_cause(alices: Client) -> None:
    alices.raise_request_exception = False
    failed = alices.get("/broken")
    assert failed.status_code == 500
    assert "Something went wrong on the server" in words(failed)
    assert "This page always fails" not in failed.content.decode()


def test_the_failure_page_needs_neither_database_nor_request() -> None:
    """Without the database mark a query would raise."""
    assert "Something went wrong" in render_to_string("500.html")
    assert "could not make sense" in render_to_string("400.html")


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_with_a_way_on(people: People) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.alice)
    refused = strict.post("/sign-out/")
    assert refused.status_code == 403
    assert "That form was too old to be accepted" in words(refused)
    assert strict.get("/").status_code == 200  # still signed in


@pytest.mark.django_db
def test_the_pages_are_found(pages: list[Page], people: People) -> None:
    found = {address for address, _ in pages}
    assert {"/sign-in/", "/", f"/patients/{people.anna.id}/notes/", "/nowhere"} <= found
    assert len(found) > 30


@pytest.mark.django_db
def test_no_page_has_inline_style_or_script_or_a_foreign_host(pages: list[Page]) -> None:
    for address, answer in pages:
        html = answer.content.decode()
        assert not re.search(INLINE + r"|<style|\sstyle=|\son[a-z]+=|javascript:", html), address
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", html), address
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "'unsafe-inline'" not in policy


@pytest.mark.django_db
def test_every_page_has_one_heading_a_title_a_language_and_a_way_past_the_navigation(
    pages: list[Page],
) -> None:
    for address, answer in pages:
        html = answer.content.decode()
        assert html.count("<h1") == 1, address
        assert re.search(r"<title>[^<]+ · Attune</title>", html), address
        assert '<html lang="en-GB">' in html
        assert "<nav" not in html.partition('href="#main"')[0], address
        assert 'href="#main"' in html, address
        assert 'id="main"' in html


@pytest.mark.django_db
def test_every_field_has_a_label(pages: list[Page]) -> None:
    for address, answer in pages:
        html = re.sub(
            r"<label>.*?</label>", "", answer.content.decode()
        )  # a label may be around it
        fields = re.findall(r"<(?:input|select|textarea)(?![^>]*type=\"hidden\")[^>]*>", html)
        for field in fields:
            if re.search(r"type=\"image\".* alt=\"\w", field):
                continue  # named by its text
            named = re.search(r'\bid="([^"]+)"', field)
            assert named, (address, field)
            assert f'<label for="{named[1]}"' in html, (address, field)


@pytest.mark.django_db
def test_the_footer_claims_nothing_medical_and_gives_the_version(alices: Client) -> None:
    html = alices.get("/").content.decode()
    assert "It is not a treatment and not a medical device" in html
    assert re.search(r"Version \d+\.\d+\.\d+\.", html)
