"""Work spread by dask over processes of this machine, or over a cluster that is already running."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from tqdm import tqdm

_SCHEDULER_WAIT_S = 10
"""Judgement: a scheduler that is up answers at once, also over a slow network."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def work(
    function: Callable[[Task], Result], tasks: Sequence[Task], jobs: int, scheduler: str | None, unit: str
) -> list[Result]:
    """Return the result of every task, in order, while a bar shows the progress.

    Args:
        function: what to do; the workers must be able to import it.
        tasks: its arguments; keep them small, they go over the network.
        jobs: processes of one thread each; unused with a scheduler.
        scheduler: address of a running cluster, `tcp://host:port`.
        unit: what the bar calls a task.

    Raises OSError if no scheduler answers at the address, and whatever `function` raises.
    """
    from dask.distributed import as_completed  # takes longer to import than --help may last

    logging.getLogger("distributed").setLevel(logging.WARNING)
    with _client(jobs, scheduler) as client:
        futures = client.map(function, tasks, pure=False)
        for _ in tqdm(
            as_completed(futures, raise_errors=True, with_results=True), total=len(tasks), unit=unit
        ):
            pass
        return [future.result() for future in futures]


@contextmanager
def _client(jobs: int, scheduler: str | None) -> Iterator[Any]:
    """Connect to a cluster; without an address, to a new one that ends with the context."""
    from dask.distributed import Client, LocalCluster

    if scheduler is not None:
        with Client(scheduler, timeout=_SCHEDULER_WAIT_S) as client:
            yield client
        return
    with (
        LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client
