"""Meta-training shared by several processes: `torchrun --nproc-per-node N manage.py meta_train`.

Every process draws the same batch from the same seed, computes the loss of its own part of it, and
averages the gradients with the others before the optimiser's step (synchronous data parallelism,
Li et al. 2020, arXiv:2006.15704). So each holds the same weights at every step, those that one
process alone would hold. A training loop needs two calls:

    team = distributed.team()
    for step in range(steps):
        batch = draw(generator)                    # the same in every process
        loss = loss_of(module, team.part(batch))
        optimiser.zero_grad()
        loss.backward()
        team.share_gradients(module)               # before gradients are clipped
        optimiser.step()

Without torchrun a team is one process, and both calls do nothing.
"""

import atexit
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

import numpy as np
import torch
import torch.distributed as dist
import torch.distributed.nn  # before there is a group, which it would keep alive as a default
from numpy.typing import NDArray
from torch import Tensor, nn

Batch = TypeVar("Batch")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Team:
    """The processes that train together, as one of them sees it: `rank` in 0..size-1."""

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes, and speaks to people."""
        return self.rank == 0

    def part(self, batch: Batch) -> Batch:
        """This process's share of a batch that all have drawn alike: every `size`-th row.

        A batch is whatever has its rows along its first dimension (list, array, tensor), or a
        dataclass of such batches. Raises ValueError when there are fewer rows than processes.
        """
        if self.size == 1:
            return batch
        if is_dataclass(batch) and not isinstance(batch, type):
            parts = {field.name: self.part(getattr(batch, field.name)) for field in fields(batch)}
            return cast(Batch, replace(batch, **parts))
        rows = cast(Any, batch)
        if len(rows) < self.size:
            raise ValueError(f"{len(rows)} rows cannot be shared among {self.size} processes.")
        return cast(Batch, rows[self.rank :: self.size])

    def total(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the processes' arrays of one shape."""
        if self.size == 1:
            return values
        sums = torch.from_numpy(np.ascontiguousarray(values))
        dist.all_reduce(sums)
        return np.asarray(sums.numpy())

    def share_gradients(self, module: nn.Module, *, weight: float = 1.0) -> None:
        """Replace every gradient by its mean over the processes.

        `weight` says how much this process's loss counts: where a loss is a mean over observations,
        the number of them in its part makes the result the mean over the whole batch, however
        unevenly they fell. Equal weights are right for parts of one size.
        """
        if self.size == 1:
            return
        parameters = [held for held in module.parameters() if held.requires_grad]
        sums = _flat(parameters, weight)
        dist.all_reduce(sums)
        _take_means(parameters, sums)

    def from_first(self, make: Callable[[], Value]) -> Value:
        """What `make` gives in the first process, in every process: the others do not call it.

        For what must be alike everywhere and might not be, such as rows read from a database. The
        value is pickled on its way.
        """
        if self.size == 1:
            return make()
        held = [make() if self.is_first else None]
        dist.broadcast_object_list(held, src=0)
        return cast(Value, held[0])


@cache
def team() -> Team:
    """The team that torchrun started this process for; a team of one without torchrun."""
    if not dist.is_torchelastic_launched():
        return Team()
    dist.init_process_group("gloo")  # its threads must end before the interpreter does
    atexit.register(dist.destroy_process_group)
    return Team(dist.get_rank(), dist.get_world_size())


def _flat(parameters: list[nn.Parameter], weight: float) -> Tensor:
    """Weighted gradients one after the other, then for each parameter whether there was one (an
    optimiser treats a gradient that is missing unlike one of zeros), then the weight."""
    gradients = [torch.zeros_like(held) if held.grad is None else held.grad for held in parameters]
    present = torch.tensor([held.grad is not None for held in parameters])
    rows = [weight * gradient.detach().flatten() for gradient in gradients]
    return torch.cat([*rows, present.to(rows[0]), torch.tensor([weight]).to(rows[0])])


def _take_means(parameters: list[nn.Parameter], sums: Tensor) -> None:
    """Write the means of what `_flat` laid out, summed over processes, into the gradients."""
    count = len(parameters)
    present, total = sums[-count - 1 : -1], sums[-1]
    sizes = [held.numel() for held in parameters]
    for held, rows, told in zip(parameters, sums[: -count - 1].split(sizes), present, strict=True):
        if told > 0:
            held.grad = (rows / total.clamp(min=torch.finfo(total.dtype).tiny)).view_as(held)
