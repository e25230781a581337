"""A small training loop that shares its work, and a program around it for torchrun.

The module has a weight that no row reaches and one that only some rows reach, and the rows count
unevenly: what makes a mean of means differ from the mean.
"""

import atexit
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from adaptation.learning import distributed

ROWS, STEPS = 12, 40


@dataclass(frozen=True)
class Rows:
    x: Tensor  # [B, 3]
    y: Tensor  # [B]
    weight: Tensor  # [B]


class Toy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.network = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))
        self.rare = nn.Parameter(torch.tensor([0.5]))
        self.unused = nn.Parameter(torch.tensor([0.25]))

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.network(x).squeeze(-1)
        reached = x[:, 0] > 1.5
        if reached.any():
            answer = answer + self.rare * reached
        return answer


def draw(generator: torch.Generator) -> Rows:
    x = torch.randn(ROWS, 3, generator=generator)
    return Rows(x, x.sum(1).sin(), torch.rand(ROWS, generator=generator) ** 4)


def train(team: distributed.Team) -> Toy:
    """The same steps however many processes share them."""
    torch.manual_seed(7)
    module, generator = Toy(), torch.Generator().manual_seed(3)
    optimiser = torch.optim.AdamW(module.parameters(), lr=0.02, weight_decay=0.1)
    for _ in range(STEPS):
        part = team.part(draw(generator))
        weight = part.weight.sum()
        loss = (part.weight * (module(part.x) - part.y) ** 2).sum() / weight
        optimiser.zero_grad()
        loss.backward()
        team.share_gradients(module, weight=weight.item())
        optimiser.step()
    return module


def threads() -> list[str]:
    """The names of this process's threads, those of libraries too (on Linux)."""
    return [name.read_text().strip() for name in Path("/proc/self/task").glob("*/comm")]


def main(folder: Path) -> None:
    before = threads()
    atexit.register(  # registered before the team's own ending, so called after it
        lambda: (folder / f"{os.getpid()}.left").write_text(str(len(threads()) - len(before)))
    )
    team = distributed.team()
    told = team.from_first(os.getpid)
    torch.save(
        {"weights": train(team).state_dict(), "size": team.size, "pid": os.getpid(), "told": told},
        folder / f"{team.rank}.pt",
    )
    if team.is_first:
        with (folder / "written").open("a") as file:
            file.write("once\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
