"""Addresses of the staff pages."""

from django.urls import include, path

from therapy.pages import (
    account,
    audit,
    catalogue,
    goals,
    imports,
    interchange,
    invitations,
    notes,
    patients,
    phones,
    reminders,
    reporting,
    rights,
    safety,
    staff,
    tables,
)
from therapy.pages.health import healthz
from therapy.pages.icon import favicon

urlpatterns = [
    path("", patients.patients, name="patients"),
    path("patients/<uuid:patient_id>/", patients.patient, name="patient"),
    path("patients/<uuid:patient_id>/phones/codes/", phones.make_code, name="pair-phone"),
    path(
        "patients/<uuid:patient_id>/phones/codes/<uuid:code_id>/",
        phones.code_page,
        name="pairing-code",
    ),
    path(
        "patients/<uuid:patient_id>/phones/codes/<uuid:code_id>/end/",
        phones.end_code,
        name="end-pairing-code",
    ),
    path(
        "patients/<uuid:patient_id>/phones/<uuid:phone_id>/end/",
        phones.end_access,
        name="end-phone",
    ),
    path("patients/<uuid:patient_id>/flags/<uuid:flag_id>/", safety.acknowledge_flag, name="flag"),
    path("patients/<uuid:patient_id>/goals/", goals.review, name="review-goals"),
    path("patients/<uuid:patient_id>/notes/", notes.notes, name="notes"),
    path(
        "patients/<uuid:patient_id>/notes/<int:note_id>/correct/",
        notes.correct,
        name="correct-note",
    ),
    path("patients/<uuid:patient_id>/reminders/", reminders.change, name="reminders"),
    path("patients/<uuid:patient_id>/reminders/end/", reminders.end, name="end-reminders"),
    path("pair", phones.pair, name="pair"),
    path("patients/<uuid:patient_id>/data/", rights.data, name="patient-data"),
    path("patients/<uuid:patient_id>/data/archive", rights.archive, name="patient-archive"),
    path("patients/<uuid:patient_id>/data/fhir", interchange.fhir, name="patient-fhir"),
    path(
        "patients/<uuid:patient_id>/playlists/<uuid:playlist_id>/jspf",
        interchange.playlist,
        name="playlist-jspf",
    ),
    path(
        "patients/<uuid:patient_id>/plans/<int:plan_version>/rg-mbi/",
        reporting.rg_mbi,
        name="rg-mbi",
    ),
    path(
        "patients/<uuid:patient_id>/plans/<int:plan_version>/rg-mbi/file",
        reporting.rg_mbi_file,
        name="rg-mbi-file",
    ),
    path("patients/<uuid:patient_id>/erase/", rights.erase, name="patient-erase"),
    path("erasures/", rights.erasures, name="erasures"),
    path("clinics/<slug:slug>/patients/import/", imports.import_patients, name="import-patients"),
    path(
        "clinics/<slug:slug>/patients/import/template.csv",
        imports.template,
        name="import-template",
    ),
    path("clinics/<slug:slug>/tables/", tables.tables, name="tables"),
    path(
        "clinics/<slug:slug>/tables/<uuid:export_id>/archive",
        tables.tables_archive,
        name="tables-archive",
    ),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/<uuid:track_id>/audio", catalogue.track_audio, name="track-audio"),
    path("account/", account.account, name="account"),
    path("account/sessions/end-others/", account.end_other_sessions, name="sessions-end-others"),
    path("account/sessions/<int:session_id>/end/", account.end_session, name="session-end"),
    path("staff/", staff.staff_home, name="staff-home"),
    path("staff/<slug:slug>/", staff.staff, name="staff"),
    path("staff/<slug:slug>/invite/", staff.send_invite, name="staff-invite"),
    path(
        "staff/<slug:slug>/invitations/<uuid:invitation_id>/revoke/",
        staff.revoke_invite,
        name="staff-revoke",
    ),
    path("staff/<slug:slug>/<int:membership_id>/role/", staff.change_role, name="staff-role"),
    path("staff/<slug:slug>/<int:membership_id>/end/", staff.end_membership, name="staff-end"),
    path("audit/", audit.audit_home, name="audit-home"),
    path("audit/<slug:slug>/", audit.audit, name="audit"),
    path("invitations/<str:token>/", invitations.accept, name="invitation"),
    path("", include("therapy.accounts.urls")),
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", favicon, name="favicon"),
]
