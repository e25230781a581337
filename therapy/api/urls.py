"""Addresses of the phone API, below api/v1/."""

from django.urls import path

from therapy.api import docs
from therapy.catalogue import api as catalogue
from therapy.people import api as people
from therapy.people import consent_api, pairing_api
from therapy.reminders import api as reminders
from therapy.safety import api as safety
from therapy.sessions import api as sessions
from therapy.trials import api as trials

app_name = "api"
urlpatterns = [
    path("me", people.Me.as_view(), name="me"),
    path("pairings", pairing_api.Pairings.as_view(), name="pairings"),
    path("consents", consent_api.Consents.as_view(), name="consents"),
    path("plan", trials.CurrentPlan.as_view(), name="plan"),
    path("catalogue", catalogue.Tracks.as_view(), name="catalogue"),
    path("tracks/<uuid:track_id>/audio", catalogue.Audio.as_view(), name="track-audio"),
    path("sessions", sessions.Sessions.as_view(), name="sessions"),
    path("sessions-not-held", sessions.SessionsNotHeld.as_view(), name="sessions-not-held"),
    path("mood-ratings", sessions.MoodRatings.as_view(), name="mood-ratings"),
    path("mood-skips", sessions.MoodSkips.as_view(), name="mood-skips"),
    path("track-ratings", sessions.TrackRatings.as_view(), name="track-ratings"),
    path("track-plays", sessions.TrackPlays.as_view(), name="track-plays"),
    path("playlist-logs", sessions.PlaylistLogs.as_view(), name="playlist-logs"),
    path("model-refusals", sessions.ModelRefusals.as_view(), name="model-refusals"),
    path("crisis-contacts", safety.CrisisContacts.as_view(), name="crisis-contacts"),
    path("reminders", reminders.Reminders.as_view(), name="reminders"),
    path("push-subscription", reminders.PushSubscriptions.as_view(), name="push-subscription"),
    path("sync", sessions.Sync.as_view(), name="sync"),
    path("measures", sessions.Measures.as_view(), name="measures"),
    path("measure-responses", sessions.MeasureResponses.as_view(), name="measure-responses"),
    path("schema/", docs.schema, name="schema"),
    path("problems/", docs.problems, name="problems"),
    path("docs/", docs.Docs.as_view(), name="docs"),
]
