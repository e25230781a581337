"""The Celery tasks: each fetches nothing and decides nothing, it calls a service."""

import uuid

import adaptation.benefits
import adaptation.places
import adaptation.refreshing
import adaptation.services
import adaptation.sounds
import adaptation.uploads
import exports.renewing
import exports.services
import therapy.api.sweeping
import therapy.archives
import therapy.interchange.tables.asking
import therapy.outcomes.refreshing
import therapy.reminders.sending
import therapy.rights.erasing
import therapy.rights.taking_out
import therapy.safety.services
from therapy.models import DataExport, TablesExport
from worker import jobs
from worker.celery_app import app


@app.task(name="adapt_patient")
def adapt_patient(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: adaptation.services.adapt_patient(
            patient_id=uuid.UUID(run.arguments["patient_id"]), report=run.report
        ),
    )


@app.task(name="check_safety")
def check_safety(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: therapy.safety.services.check_patient(
            patient_id=uuid.UUID(run.arguments["patient_id"])
        ),
    )


@app.task(name="refresh_clinic")
def refresh_clinic(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: adaptation.refreshing.refresh_clinic(
            clinic_id=uuid.UUID(run.arguments["clinic_id"]), report=run.report
        ),
    )


@app.task(name="export_patient")
def export_patient(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: exports.services.publish_patient(
            patient_id=uuid.UUID(run.arguments["patient_id"]), report=run.report
        ),
    )


@app.task(name="export_clinic")
def export_clinic(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: exports.services.publish_clinic(
            clinic_id=uuid.UUID(run.arguments["clinic_id"]), report=run.report
        ),
    )


@app.task(name="take_data_out")
def take_data_out(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: therapy.rights.taking_out.take_out(
            export_id=uuid.UUID(run.arguments["export_id"]), report=run.report
        ),
    )


@app.task(name="export_tables")
def export_tables(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: therapy.interchange.tables.asking.make_tables(
            export_id=uuid.UUID(run.arguments["export_id"]), report=run.report
        ),
    )


@app.task(name="erase_patient")
def erase_patient(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: therapy.rights.erasing.erase(
            erasure_id=uuid.UUID(run.arguments["erasure_id"]), report=run.report
        ),
    )


@app.task(name="refresh_outcomes")
def refresh_outcomes(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: therapy.outcomes.refreshing.refresh(
            clinic_id=uuid.UUID(run.arguments["clinic_id"]), report=run.report
        ),
    )


@app.task(name="measure_benefit")
def measure_benefit(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: adaptation.benefits.measure_clinic(
            clinic_id=uuid.UUID(run.arguments["clinic_id"]), report=run.report
        ),
    )


@app.task(name="place_tracks")
def place_tracks(job_id: str) -> None:
    jobs.run(job_id, lambda run: adaptation.places.place_tracks(report=run.report))


@app.task(name="ingest_upload")
def ingest_upload(job_id: str) -> None:
    jobs.run(
        job_id,
        lambda run: adaptation.uploads.ingest_upload(
            upload_id=uuid.UUID(run.arguments["upload_id"]), report=run.report
        ),
    )


@app.task(name="look_at_sounds")
def look_at_sounds(job_id: str) -> None:
    jobs.run(job_id, lambda run: adaptation.sounds.look_at_sounds(report=run.report))


@app.task(name="ask_for_benefits")
def ask_for_benefits() -> None:
    adaptation.benefits.ask_where_due()


@app.task(name="ask_for_outcomes")
def ask_for_outcomes() -> None:
    therapy.outcomes.refreshing.ask_for_all()


@app.task(name="discard_data_exports")
def discard_data_exports() -> None:
    for kind in (DataExport, TablesExport):
        therapy.archives.discard_old(kind)


@app.task(name="sweep_api")
def sweep_api() -> None:
    therapy.api.sweeping.sweep()


@app.task(name="renew_exports")
def renew_exports() -> None:
    exports.renewing.ask_for_renewals()


@app.task(name="send_reminders")
def send_reminders() -> None:
    therapy.reminders.sending.send_reminders()


@app.task(name="sweep_jobs")
def sweep_jobs() -> None:
    jobs.sweep()
