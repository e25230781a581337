"""`torchrun manage.py meta_train`: several processes, one base."""

import subprocess
import sys

import pytest

from tests.installation import Installation
from tests.processes import ROOT

pytestmark = pytest.mark.system

TRACKS = """
import numpy as np
from adaptation.schemas import ATTUNE_AUDIO
from adaptation.services import store_schema
from therapy.catalogue.services import ensure_catalogue, store_track

catalogue, schema = ensure_catalogue(slug="made-up", name="Made up"), store_schema(ATTUNE_AUDIO)
for number, values in enumerate(np.random.default_rng(1).normal(size=(12, len(schema.features)))):
    store_track(
        catalogue=catalogue, external_id=str(number), schema=schema, title=str(number),
        values=dict(zip(ATTUNE_AUDIO.columns, values.tolist())),
    )
"""


def test_two_processes_release_one_base_and_one_of_them_speaks(installation: Installation) -> None:
    installation.manage("shell", "--verbosity", "0", "--command", TRACKS)
    before = len(installation.sql("SELECT 1 FROM adaptation_basemodel"))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"),
            *("manage.py", "meta_train", "--listeners=10", "--name=together"),
        ],
        cwd=ROOT,
        env={**installation.environment, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("Training on 10 simulated listeners") == 1
    assert done.stdout.count("Released base together 1") == 1
    assert len(installation.sql("SELECT 1 FROM adaptation_basemodel")) == before + 1
