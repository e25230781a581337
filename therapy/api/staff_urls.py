"""Addresses of the staff API, below api/v1/."""

from django.urls import path

from therapy.caseload import staff_api as caseload
from therapy.people import staff_api as people
from therapy.plans import staff_api as plans
from therapy.safety import staff_api as safety
from therapy.sessions.api import staff as sessions

app_name = "staff-api"
OF_CLINIC, OF_PATIENT = "clinics/<slug:slug>", "patients/<uuid:patient_id>"
urlpatterns = [
    path("clinics", people.Clinics.as_view(), name="clinics"),
    path(f"{OF_CLINIC}/patients", caseload.Patients.as_view(), name="patients"),
    path(f"{OF_CLINIC}/safety-flags", safety.SafetyFlags.as_view(), name="safety-flags"),
    path(
        f"{OF_CLINIC}/safety-flags/<uuid:flag_id>/acknowledge",
        safety.Acknowledgement.as_view(),
        name="acknowledge",
    ),
    path(OF_PATIENT, caseload.OnePatient.as_view(), name="patient"),
    path(f"{OF_PATIENT}/plans", plans.Plans.as_view(), name="plans"),
    path(f"{OF_PATIENT}/plans/pause", plans.Pause.as_view(), name="pause"),
    path(f"{OF_PATIENT}/plans/resume", plans.Resume.as_view(), name="resume"),
    path(f"{OF_PATIENT}/plans/end", plans.End.as_view(), name="end"),
    path(f"{OF_PATIENT}/sessions", sessions.Sessions.as_view(), name="sessions"),
    path(
        f"{OF_PATIENT}/sessions-not-held",
        sessions.SessionsNotHeld.as_view(),
        name="sessions-not-held",
    ),
    path(f"{OF_PATIENT}/mood-ratings", sessions.MoodRatings.as_view(), name="mood-ratings"),
    path(f"{OF_PATIENT}/mood-skips", sessions.MoodSkips.as_view(), name="mood-skips"),
    path(f"{OF_PATIENT}/track-ratings", sessions.TrackRatings.as_view(), name="track-ratings"),
    path(f"{OF_PATIENT}/track-plays", sessions.TrackPlays.as_view(), name="track-plays"),
    path(
        f"{OF_PATIENT}/measure-responses",
        sessions.MeasureResponses.as_view(),
        name="measure-responses",
    ),
    path(f"{OF_PATIENT}/playlist-logs", sessions.PlaylistLogs.as_view(), name="playlist-logs"),
    path(f"{OF_PATIENT}/model-refusals", sessions.ModelRefusals.as_view(), name="model-refusals"),
    path("plan-templates", plans.Templates.as_view(), name="plan-templates"),
]
