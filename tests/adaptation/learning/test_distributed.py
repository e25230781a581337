"""Training that several processes share ends with the weights that one process ends with."""

import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from adaptation.learning import distributed
from adaptation.learning.distributed import Team
from tests.adaptation.learning.toy_training import Rows, Toy, draw, train
from tests.processes import ROOT

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone"]


def torchrun(processes: int, folder: Path) -> list[dict[str, Any]]:
    """What every process of the toy program saved, by rank."""
    done = subprocess.run(
        [
            *TORCHRUN,
            f"--nproc-per-node={processes}",
            *("-m", "tests.adaptation.learning.toy_training", str(folder)),
        ],
        cwd=ROOT,
        env={**os.environ, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [torch.load(folder / f"{rank}.pt") for rank in range(processes)]


@pytest.mark.system
def test_two_processes_end_with_the_weights_of_one(tmp_path: Path) -> None:
    saved = torchrun(2, tmp_path)
    alone = train(Team()).state_dict()
    for process in saved:
        assert process["size"] == 2
        for name, values in alone.items():
            np.testing.assert_allclose(process["weights"][name], values, atol=1e-6, err_msg=name)
    assert all(torch.equal(saved[0]["weights"][name], saved[1]["weights"][name]) for name in alone)
    assert saved[0]["pid"] != saved[1]["pid"]
    assert saved[1]["told"] == saved[0]["told"] == saved[0]["pid"]
    assert (tmp_path / "written").read_text() == "once\n"
    left = [file.read_text() for file in tmp_path.glob("*.left")]
    assert left == ["0", "0"], "threads of the team outlive it, and may abort the process"


def test_the_toy_tells_shared_gradients_from_unshared_ones() -> None:
    """Half of every batch alone leads elsewhere, and so does a plain mean of the two halves' means:
    the comparison above would see both."""
    alone = train(Team()).state_dict()
    half = train(_Unshared(rank=0, size=2)).state_dict()
    assert any((half[name] - alone[name]).abs().max() > 1e-2 for name in alone)
    batch, module = draw(torch.Generator().manual_seed(3)), Toy()
    means = [_loss(module, Team(rank, 2).part(batch)) for rank in range(2)]
    assert abs(sum(means) / 2 - _loss(module, batch)) > 1e-3


class _Unshared(Team):
    def share_gradients(self, module: torch.nn.Module, *, weight: float = 1.0) -> None:
        pass


def _loss(module: Toy, rows: Rows) -> float:
    return ((rows.weight * (module(rows.x) - rows.y) ** 2).sum() / rows.weight.sum()).item()


def _gradients(module: Toy) -> list[list[float] | None]:
    held = [weights.grad for weights in module.parameters()]
    return [None if gradient is None else gradient.flatten().tolist() for gradient in held]


def test_without_torchrun_a_team_is_one_process_that_does_everything() -> None:
    team = distributed.team()
    assert (team.rank, team.size, team.is_first) == (0, 1, True)
    module = Toy()
    module(torch.ones(2, 3)).sum().backward()
    before = _gradients(module)
    team.share_gradients(module, weight=0.3)
    assert _gradients(module) == before
    assert team.from_first(lambda: "made here") == "made here"


def test_the_parts_of_a_batch_are_the_batch() -> None:
    listed = list(range(7))
    parts = [Team(rank, 3).part(listed) for rank in range(3)]
    assert sorted(chain(*parts)) == listed
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert Team().part(listed) is listed


@dataclass(frozen=True)
class _Halves:
    support: Rows
    query: Rows


def test_episodes_are_parted_in_every_table_alike() -> None:
    rows = torch.arange(5.0)
    batch = Rows(rows[:, None].expand(5, 3), rows, rows)
    part = Team(1, 2).part(_Halves(batch, batch))
    for half in (part.support, part.query):
        assert half.x.tolist() == [[1.0] * 3, [3.0] * 3]
        assert half.y.tolist() == half.weight.tolist() == [1.0, 3.0]


def test_fewer_rows_than_processes_are_refused() -> None:
    with pytest.raises(ValueError, match="2 rows cannot be shared among 3 processes"):
        Team(0, 3).part([1, 2])
