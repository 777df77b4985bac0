"""Where a training runs: its device, and its place among the processes that torchrun started."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import distributed


def best_device() -> torch.device:
    """Return a CUDA device if there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def be_repeatable(threads: int) -> None:
    """Make equal seeds give equal weights, on the same processor with the same number of threads.

    On CUDA a few operations have no repeatable form; torch warns of them.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())


@dataclass(frozen=True, slots=True)
class Place:
    """One process of a training."""

    device: torch.device = field(default_factory=best_device)
    """Where it computes."""
    rank: int = 0
    """Its number among the processes."""
    processes: int = 1
    """How many train together, each on its share of every batch."""

    @property
    def leads(self) -> bool:
        """True if this process validates, writes and prints."""
        return self.rank == 0

    def agree(self, value: float) -> float:
        """Return the leading process's value in every process; all of them must call it."""
        if self.processes == 1:
            return value
        shared = torch.tensor(value, dtype=torch.float64, device=self.device)
        distributed.broadcast(shared, src=0)
        return float(shared)


@contextmanager
def take_place() -> Iterator[Place]:
    """Join the processes that torchrun started (it sets WORLD_SIZE), or train alone."""
    if "WORLD_SIZE" not in os.environ:
        yield Place()
        return
    device = best_device()
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Place(device, distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()
