"""Real rigs: what is known of their motors, which conditions their recordings have, and how they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.motor import Nameplate
from edge_agent.verdict import Fault


@dataclass(frozen=True)
class Rig:
    """One folder of recordings of one motor."""

    folder: str
    """Its name."""
    plate: Nameplate
    """The motor, as far as it is known."""
    window_s: float
    """Length of a window, s."""
    normal_from: tuple[str, ...]
    """Names of the healthy recordings that give the normal; none of them is judged."""
    normal_s: float
    """Length of the windows that give the normal, s."""
    truth: Callable[[str], frozenset[Fault]]
    """Conditions that a recording has, by its name; those that may be named beside it are in `allowed`."""
    place: Callable[[str], str | None] = lambda name: None
    """Where the condition sits, as far as it is known."""
    read: Callable[[Path, Path], Recording] = lambda path, room: read_recording(path)
    """Reads a recording; the second path is a folder for what must be written anew."""
    only: str = "*"
    """Pattern of the names of its recordings: those of one machine at one speed."""
    few: bool = False
    """True if the normal must do with fewer looks than a running agent asks for."""


def as_current(path: Path, room: Path) -> Recording:
    """Read the first channel of a recording in volts as the current of phase a, scaled to the rated one."""
    with np.load(path) as stored:
        x, scale, rate_hz = stored["x"][:1], stored["scale"][:1], stored["fs"]
    rms = float(np.std(x * scale[:, None]))
    written = room / path.name
    np.savez(written, x=x, scale=scale * (3.5 / rms), fs=rate_hz, channels=["ia"], units=["A"])
    return read_recording(written)


def in_units(unit: str) -> Callable[[Path, Path], Recording]:
    """Return what reads a recording in volts as if they were this unit; only ratios count then."""

    def read(path: Path, room: Path) -> Recording:
        with np.load(path) as stored:
            arrays = dict(stored)
        arrays["units"] = np.array([unit] * arrays["x"].shape[0])
        np.savez(room / path.name, **arrays)
        return read_recording(room / path.name)

    return read


def _stator_truth(name: str) -> frozenset[Fault]:
    return frozenset() if name.startswith("healthy") else frozenset({Fault.STATOR_ASYMMETRY})


def _rig_truth(name: str) -> frozenset[Fault]:
    known = {
        "mass_unbalance": {Fault.UNBALANCE},
        "bearing_outer_race": {Fault.BEARING_UNKNOWN},  # its geometry is not stated
        "angular_misalignment": {Fault.MISALIGNMENT},
        "parallel_misalignment": {Fault.MISALIGNMENT},
        "phase_unbalance_1": {Fault.PHASE_UNBALANCE},
    }
    return frozenset(known.get(name[:-3], set()))


def _cwru_truth(name: str) -> frozenset[Fault]:
    for mark, fault in (
        ("_IR_", Fault.BEARING_INNER),
        ("_OR_", Fault.BEARING_OUTER),
        ("_B_", Fault.BEARING_BALL),
    ):
        if mark in name:
            return frozenset({fault})
    return frozenset()


def _vibration_rig_truth(name: str) -> frozenset[Fault]:
    if name.startswith(("inner", "outer", "ball")):
        return frozenset({Fault.BEARING_UNKNOWN})  # its geometry is not stated
    if name.startswith("imbalance"):
        return frozenset({Fault.UNBALANCE})
    return frozenset({Fault.MISALIGNMENT} if name.startswith("angular") else ())


RIGS = (
    Rig(
        "rig_currents_vibration",
        Nameplate(
            rated_power_kw=0.5,
            rated_voltage_v=230,
            rated_current_a=2.9,
            rated_speed_rpm=3430,
            line_frequency_hz=60,
            poles=2,
        ),
        2.133,
        tuple(f"healthy_{n:02}" for n in range(1, 8)),
        2.133,
        _rig_truth,
    ),
    Rig(
        "stator_short",
        Nameplate(
            rated_power_kw=0.56,
            rated_voltage_v=230,
            rated_current_a=6.6,
            rated_speed_rpm=1725,
            line_frequency_hz=60,
            poles=4,
        ),
        5.0,
        ("healthy_1",),
        1.0,
        _stator_truth,
        lambda name: name.split("_")[1] if name.startswith("phase_") else None,
    ),
    *(
        Rig(
            "misalignment",
            # The clamps see the driven shaft, and no motor of such a speed is known: poles that make it fit.
            Nameplate(
                rated_power_kw=2.2,
                rated_voltage_v=400,
                rated_current_a=5.0,
                rated_speed_rpm=0.97 * 6000 / poles,
                line_frequency_hz=50,
                poles=poles,
                supply="vfd",
                speed_rpm=speed_rpm,
            ),
            0.998,
            tuple(
                f"{way}_+0.0mm_{speed_rpm}rpm_{n:02}" for way in ("horizontal", "vertical") for n in (1, 2, 3)
            ),
            0.998,
            lambda name: frozenset() if "0.0mm" in name else frozenset({Fault.MISALIGNMENT}),
            read=as_current,
            only=f"*_{speed_rpm}rpm_*",
        )
        for speed_rpm, poles in ((425, 14), (750, 8))
    ),
    Rig(
        "cwru",
        Nameplate(
            rated_power_kw=1.5,
            rated_voltage_v=230,
            rated_current_a=5.8,
            rated_speed_rpm=1730,
            line_frequency_hz=60,
            poles=4,
            bearing="6205",
        ),
        10.0,
        (),
        10.0,
        _cwru_truth,
    ),
    *(
        Rig(
            "vibration_rig",
            Nameplate(
                rated_power_kw=0.37,
                rated_voltage_v=230,
                rated_current_a=2.0,
                rated_speed_rpm=1750,
                line_frequency_hz=60,
                poles=4,
                supply="vfd",
                speed_rpm=speed_rpm,
            ),
            1.998,
            tuple(f"healthy_{speed_rpm}rpm_{load}" for load in ("00lb", "11lb")),
            1.998,
            _vibration_rig_truth,
            read=in_units("m/s2"),
            only=f"*_{speed_rpm}rpm_*",
            few=True,
        )
        for speed_rpm in (1200, 1800)
    ),
)
"""The rigs; plates that nobody knows are those that the end-to-end tests take."""
