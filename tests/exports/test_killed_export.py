"""Exporting a whole clinic while its worker is killed: nothing is lost, doubled or half there."""

import pytest

from tests.installation import Install, Installation
from tests.waiting import until

pytestmark = pytest.mark.system

PATIENTS, BATCH = 1500, 500
RECORDS = "SELECT count(*) FROM exports_modelpackage WHERE kind = 'record'"
ALL = "SELECT count(*) FROM exports_modelpackage"
JOB = "SELECT state, progress FROM worker_job WHERE kind = 'export_clinic'"


def published(installation: Installation) -> int:
    return int(installation.sql(RECORDS)[0][0])


def test_an_export_goes_on_after_its_worker_was_killed(install: Install) -> None:
    installation = install(database="postgres")
    installation.manage("shell", "-c", f"from tests.seeding import crowd; crowd({PATIENTS})")
    installation.manage("release_base")
    ask = "from tests.seeding import ask_for_everything; ask_for_everything()"
    installation.manage("shell", "-c", ask)
    worker = installation.start_worker()
    until(lambda: installation.sql(JOB)[0][1] > 0, "the first batch to be published and told")
    worker.kill()
    done = published(installation)
    assert done % BATCH == 0
    assert 0 < done < PATIENTS
    assert installation.sql(ALL) == [(3 * done,)]
    (state, progress) = installation.sql(JOB)[0]
    assert state == "running"
    assert progress < 1
    installation.start_worker()
    until(lambda: published(installation) == PATIENTS, "all patients to be published")
    until(lambda: installation.sql(JOB)[0][0] == "succeeded", "the job to end")
    assert installation.sql(ALL) == [(3 * PATIENTS,)]
    versions = "SELECT max(version), count(DISTINCT patient_id) FROM exports_modelpackage"
    assert installation.sql(versions) == [(1, PATIENTS)]
