"""The computer itself: its clock, the disk for `state_dir`, and the model file."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from edge_agent.diagnose.model import Model, ModelError
from edge_agent.doctor.result import Result, fail, ok, warn
from edge_agent.wall_clock import RELEASE_YEAR, TIME_ERROR, kernel_clock_state, on_calendar

MIN_FREE_BYTES = 20_000_000
"""Free bytes below which the disk counts as full: judgement, the outbox of some weeks without a broker."""
LOW_FREE_BYTES = 1_000_000_000
"""Free bytes below which the disk is called low: judgement, twice what captures may take by default."""


def check_clock(now_s: float | None = None, kernel_state: Callable[[], int] | None = None) -> Result:
    """Return whether the clock is set, and kept by NTP; `now_s` is the time of Unix, s."""
    year = time.gmtime(on_calendar(time.time() if now_s is None else now_s)).tm_year
    if year < RELEASE_YEAR:
        return fail(
            "clock",
            f"the clock shows the year {year}, this version is of {RELEASE_YEAR}",
            "set it: sudo timedatectl set-ntp true, or sudo date -s; without network a clock with a battery",
        )
    state = (kernel_state or kernel_clock_state)()
    if state == TIME_ERROR:
        return warn(
            "clock",
            "the clock is not synchronised with any time server",
            "see `timedatectl`; sudo timedatectl set-ntp true. Dates of events may be wrong",
        )
    return ok("clock", "set and synchronised" if state >= 0 else "set")


def check_disk(folder: Path) -> Result:
    """Return whether files can be written to `state_dir`, and whether there is room for them."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".doctor-") as file:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
        free_bytes = shutil.disk_usage(there).free
    except OSError as error:
        return fail(
            "disk",
            f"nothing can be written to {there}: {error.strerror or error}",
            "free space, or correct owner and rights of state_dir; as a service: run this as its user",
        )
    free = f"{free_bytes / 1e6:,.0f} MB free in {there}"
    if free_bytes < MIN_FREE_BYTES:
        return fail("disk", f"full: {free}", "delete old captures or logs, or set state_dir to another disk")
    if free_bytes < LOW_FREE_BYTES:
        return warn("disk", free, "lower captures.max_mb, or set state_dir to a larger disk")
    return ok("disk", free)


def check_model(file: str) -> Result:
    """Return whether the model file is whole: its digest, and known answers to known inputs."""
    try:
        model = Model.load_for_agent(file)
    except ModelError as error:
        return fail("model", str(error), "install the agent again, or set model.file to builtin")
    golden = len(model.spec.golden)
    return ok("model", f"{model.spec.name}, sha256 {model.sha256[:12]}, {golden} known answers are right")
