"""Who counts: processes of this machine, or the workers of a scheduler that already runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from analytics.cluster.errors import ClusterError, import_extra

_RETURN_MEMORY_AT_ONCE: Final = "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_"
"""Dask makes its workers give freed memory back at once. Ours ask for the same tens of megabytes again for the next part; in one
probe workers spent a third less processor time without it. So the allocator's own rule stands."""
_LOG_NOTHING_LESS: Final = 50  # logging.CRITICAL
"""What goes wrong in a task comes back as an exception; what processes say of each other while they are being ended is nobody's concern."""


@contextmanager
def open_processes(n: int) -> Iterator[Any]:
    """A Dask client of n new processes of one thread each, reachable from this machine only and gone at the end.

    A process that dies is started anew. One thread each: the kernel's private cubes make a second thread of a process lose.
    Raises ClusterError for n < 1 or without the extra.
    """
    if n < 1:
        raise ClusterError(f"Counting takes at least one process, not {n}.")
    distributed = import_extra("distributed")
    with (
        import_extra("dask.config").set({_RETURN_MEMORY_AT_ONCE: None}),
        distributed.LocalCluster(
            n_workers=n,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            # Without an address Dask serves its health page on port 8787 all the same, and warns where that is taken: any free port.
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs=_LOG_NOTHING_LESS,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@contextmanager
def open_scheduler(address: str, seconds: float = 15) -> Iterator[Any]:
    """A Dask client of the scheduler at an address (tcp://host:8786, tls://…), which is left running.

    Raises ClusterError when nobody answers there within some seconds (also where it refuses our certificate), when it has no worker by
    then, when address and Dask's configuration differ about encryption, or without the extra.
    """
    distributed = import_extra("distributed")
    try:
        client = distributed.Client(address, timeout=seconds, set_as_default=False)
    except (TypeError, RuntimeError):  # how Dask says that it has no certificate, and that it may not go without
        raise ClusterError(
            f"{address} and Dask's configuration do not agree about encryption: tls:// takes authority, certificate and key from "
            "distributed.comm.tls, and distributed.comm.require-encryption forbids tcp://."
        ) from None
    except (OSError, ValueError) as error:
        raise ClusterError(f"No scheduler answers at {address} ({type(error).__name__}); start one with `dask scheduler`.") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=seconds)
        except TimeoutError:
            raise ClusterError(f"The scheduler at {address} has no worker; start some with `dask worker {address}`.") from None
        yield client
