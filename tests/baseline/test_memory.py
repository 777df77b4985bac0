"""What is kept comes back whole, or is put aside."""

import json
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from drawn_looks import DrawnMotor, a_reference
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_agent.baseline.look import Look
from edge_agent.baseline.memory import FILE_VERSION, Memory
from edge_agent.baseline.proof import Tally
from edge_agent.baseline.recognition import Change
from edge_agent.kept import read_memory, write_memory
from edge_agent.state_file import StateFile

LOOK = Look("0.70-0.85", 0.05, 0.75, 2.0, None, -50.0, -52.0)
LEARNED = Memory(
    hours=24.2,
    reference=a_reference(DrawnMotor(np.random.default_rng(1))),
    growth=0.3,
    growing=True,
    change=Change.SENSOR_DRIFT,
    tally=Tally(3.0, 700, 30, 0.2, 2, 1),
)


def a_file(folder: Path) -> StateFile:
    return StateFile(folder / "baseline.json", FILE_VERSION)


@pytest.mark.parametrize(
    "memory",
    [
        Memory(),
        Memory(hours=3.0, sound=True, looks={LOOK.load_bin: [LOOK] * 3}, counts={LOOK.load_bin: 5}),
        Memory(hours=3.0, refused="it looks broken"),
        LEARNED,
    ],
)
def test_what_was_kept_comes_back(tmp_path: Path, memory: Memory) -> None:
    assert write_memory(a_file(tmp_path), memory)
    assert read_memory(a_file(tmp_path), Memory) == memory


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert read_memory(a_file(tmp_path), Memory) == Memory()


def test_a_full_learning_period_fits_into_the_file(tmp_path: Path) -> None:
    looks = [
        Look("0.70-0.85", 0.0512345678912, 0.7512345678912, 2.012345678912, 0.0123456789, -50.12, -52.34)
    ]
    memory = Memory(looks={f"{n}.00-0.25": looks * 400 for n in range(7)}, counts={})
    write_memory(a_file(tmp_path), memory)
    assert (tmp_path / "baseline.json").stat().st_size < 700_000
    assert read_memory(a_file(tmp_path), Memory) == memory


@pytest.mark.parametrize(
    "changed",
    [
        {"version": FILE_VERSION + 1},
        {"hours": -1.0},
        {"hours": math.nan},
        {"growth": math.inf},
        {"looks": {"0.70-0.85": [asdict(LOOK) | {"bars": math.nan}]}},
        {"tally": {"excess_bars": math.inf}},
        {"change": "something"},
        {"reference": {"cells": {}, "clipped_rms_bars": 0.01, "tail_bars": 0.01}},
        {"reference": "lost"},
        {"looks": {"0.70-0.85": [asdict(LOOK) | {"current_a": 0.0}]}},
        {"counts": {"0.70-0.85": -3}},
    ],
)
def test_what_cannot_be_a_baseline_is_put_aside(tmp_path: Path, changed: dict[str, object]) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps({"version": FILE_VERSION, **asdict(LEARNED), **changed}))
    assert read_memory(a_file(tmp_path), Memory) == Memory()
    assert not path.exists()
    assert (tmp_path / "baseline.json.unusable").exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 3000), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_file_raises_nothing(tmp_path: Path, at: int, byte: int, cut: bool) -> None:
    write_memory(a_file(tmp_path), LEARNED)
    path = tmp_path / "baseline.json"
    content = bytearray(path.read_bytes())
    at %= len(content)
    path.write_bytes(content[:at] if cut else content[:at] + bytes([byte]) + content[at + 1 :])
    read_memory(a_file(tmp_path), Memory)
