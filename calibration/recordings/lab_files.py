"""Importer of the public laboratory data (IEEE DataPort, DOI 10.21227/fmnm-bn95): files of `lab_layout`.

The motor is off for two seconds; recordings begin at `FROM_S`, when it runs. Vibration was sampled by
another converter, of about 7.6 kHz, over the same time: its rate is its length over the duration of the
currents (20.02 s). It did not begin together with them: it is shifted so that the start of the motor
comes at the same time in both (`start_up`), to about 10 ms. Voltages and trigger are left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from calibration.recordings.lab_layout import CURRENTS, ROTORS, VIBRATION
from calibration.recordings.part import DeadRecordingError, Part
from calibration.recordings.quantising import quantise
from calibration.recordings.start_up import find_start_s
from edge_agent.acquire.naming import axis_of, phase_of
from edge_agent.acquire.recordings import Recording, RecordingError
from edge_agent.acquire.samples import Channel, ChannelKind, Counts, Device, Stream
from edge_agent.motor import Nameplate
from edge_agent.signals.prepared import find_line, space_vector

Floats = NDArray[np.float32]

CURRENT_RATE_HZ = 50_000.0
"""As the authors state it; the line frequency proves it."""
LINE_HZ = 60.0
"""Line of the laboratory, Hz (data set 10.21227/fmnm-bn95)."""
FROM_S = 3.0
"""The motor is switched on between 2.0 and 2.3 s."""
RATED_TORQUE_NM = 4.1
"""Rated torque of its motor, N m (the same data set)."""
NAMEPLATE = Nameplate(
    id="weg-w22-0_75kw",
    rated_power_kw=0.75,
    rated_voltage_v=220,
    rated_current_a=3.02,
    rated_speed_rpm=1715,
    line_frequency_hz=LINE_HZ,
    poles=4,
    rotor_bars=34,
)

_LINE_TOLERANCE_HZ = 0.3
"""Deviation of the line from which the rate is wrong: a rate derived from 18 instead of 20 s is 11 % off."""
_LINE_CHECKED_S = 2.0
"""Stretch whose line is checked, s: it reads to half a hertz. Judgement."""
_MIN_CURRENT_A = 0.1
"""Phase current, rms, below which a repetition holds noise only, A; the motor idles at 1 A."""
_VIBRATION_RATES_HZ = (6_800.0, 8_400.0)
"""Range of the vibration rate, Hz, about the 7.6 kHz that its lengths give. Judgement."""
_MIN_LENGTH_S = 1.0
"""Shorter stretches hold too few cycles of 2sf, s. Judgement."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a recording stands."""

    path: Path
    rotor: str
    load: str
    repetition: int

    @property
    def name(self) -> str:
        return f"{self.rotor}-{self.load}-{self.repetition}"

    def __str__(self) -> str:
        return f"{self.path}: {self.rotor}/{self.load}, repetition {self.repetition}"


def is_lab_file(path: Path) -> bool:
    """True if an HDF5 file has the group of a rotor; raises RecordingError if it is damaged."""
    with _opened(path) as file:
        return any(isinstance(file.get(name), h5py.Group) for name in ROTORS)


def lab_parts(path: Path) -> list[Part]:
    """List the recordings of a rotor; raises RecordingError if the file is not of the layout.

    The line frequency of the first recording with a motor running is checked at once, since a wrong
    rate makes all of them useless.
    """
    with _opened(path) as file:
        places = list(_places(path, file))
        if not places:
            raise RecordingError(f"{path}: it holds no recordings")
        for place in places:
            try:
                currents = _running_currents(place, _signals(file, place, tuple(CURRENTS)))
            except RecordingError:
                continue  # told when it is that one's turn
            _check_line(path, currents)
            break
    return [Part(place.name, partial(_read, place), says_truth=True) for place in places]


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    try:
        with h5py.File(path) as file:
            yield file
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        what = "a damaged" if path.is_file() and h5py.is_hdf5(path) else "no"
        raise RecordingError(f"{path}: it is {what} HDF5 file (MATLAB v7.3): {error}") from error


def _places(path: Path, file: h5py.File) -> Iterator[_Place]:
    rotors = [name for name in ROTORS if isinstance(file.get(name), h5py.Group)]
    if len(rotors) != 1:
        raise RecordingError(f"{path}: it holds {_names(file)}, expected one group of {', '.join(ROTORS)}")
    for load, group in file[rotors[0]].items():
        where = f"{path}: {rotors[0]}/{load}"
        if not (str(load).startswith("torque") and load[6:].isdigit() and isinstance(group, h5py.Group)):
            raise RecordingError(f"{where}: no load, expected a group like torque05")
        for repetition in range(_repetitions(where, group)):
            if any(group[name][repetition, 0] for name in (*CURRENTS, *VIBRATION)):
                yield _Place(path, rotors[0], load, repetition)


def _repetitions(where: str, load: h5py.Group) -> int:
    """Count the repetitions, which must be as many in each signal."""
    counts: dict[str, int] = {}
    for name in (*CURRENTS, *VIBRATION):
        data = load.get(name)
        if data is None:
            raise RecordingError(f"{where}: {name} is missing; there are only {_names(load)}")
        if not isinstance(data, h5py.Dataset) or data.dtype != h5py.ref_dtype or data.shape[1:] != (1,):
            raise RecordingError(f"{where}: {name} is not a column of references, one for each repetition")
        counts[name] = data.shape[0]
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise RecordingError(f"{where}: the signals differ in repetitions: {told}")
    return counts["Ia"]


def _names(group: h5py.Group) -> str:
    return ", ".join(map(str, group)) or "nothing"  # a damaged name is bytes


def _signals(file: h5py.File, place: _Place, names: tuple[str, ...]) -> Floats:
    """Read signals of one length as (scans, signals)."""
    columns: list[Floats] = []
    for name in names:
        reference = file[place.rotor][place.load][name][place.repetition, 0]
        if not reference:
            raise RecordingError(f"{place}: {name} is missing, other signals are there")
        samples = file[reference]
        if not isinstance(samples, h5py.Dataset) or samples.dtype.kind not in "fiu":
            raise RecordingError(f"{place}: {name} holds no numbers")
        columns.append(np.asarray(samples[()], np.float32).ravel())
        if not np.isfinite(columns[-1]).all():
            raise RecordingError(f"{place}: {name} holds values that are not finite")
    lengths = [column.size for column in columns]
    if len(set(lengths)) > 1:
        told = ", ".join(f"{name} {n}" for name, n in zip(names, lengths, strict=True))
        raise RecordingError(f"{place}: the signals differ in length: {told}")
    return np.stack(columns, axis=1)


def _running_currents(place: _Place, currents: Floats) -> Floats:
    """Return the currents (scans, 3) from `FROM_S` on; raises when they are too short or there are none."""
    running = currents[round(FROM_S * CURRENT_RATE_HZ) :]
    if len(running) < _MIN_LENGTH_S * CURRENT_RATE_HZ:
        raise RecordingError(
            f"{place}: it lasts {len(currents) / CURRENT_RATE_HZ:.2f} s, expected 20.02 s, of which those "
            f"from {FROM_S:g} s on are used"
        )
    rms = running.std(axis=0)
    if rms.min() < _MIN_CURRENT_A:
        phase = tuple(CURRENTS)[int(rms.argmin())]
        raise DeadRecordingError(
            f"{place}: left out, {phase} has only {rms.min():.3f} A rms, less than {_MIN_CURRENT_A:g}"
        )
    return running


def _check_line(where: Path | _Place, currents: Floats) -> None:
    checked = currents[: round(_LINE_CHECKED_S * CURRENT_RATE_HZ)].T
    line = find_line(space_vector(checked, "abc"), CURRENT_RATE_HZ, one_phase=False)
    read_hz = 0.0 if line is None else line.frequency_hz
    if abs(read_hz - LINE_HZ) > _LINE_TOLERANCE_HZ:
        raise RecordingError(
            f"{where}: at {CURRENT_RATE_HZ / 1000:g} kHz the line reads {read_hz:.1f} Hz, expected "
            f"{LINE_HZ:.1f} Hz, so the samples are not the original's or have another rate (66.7 Hz is what "
            "comes of taking its 20.02 s for 18 s)"
        )


def _read(place: _Place) -> Recording:
    with _opened(place.path) as file:
        currents = _signals(file, place, tuple(CURRENTS))
        vibration = _signals(file, place, tuple(VIBRATION))
    running = _running_currents(place, currents)
    _check_line(place, running)
    vibration_rate_hz = len(vibration) * CURRENT_RATE_HZ / len(currents)
    lowest, highest = _VIBRATION_RATES_HZ
    if not lowest <= vibration_rate_hz <= highest:
        raise RecordingError(
            f"{place}: vibration has {len(vibration)} samples, a rate of {vibration_rate_hz:.0f} Hz, "
            f"expected {lowest:.0f} to {highest:.0f}"
        )
    delay_s = _vibration_delay_s(currents, vibration, vibration_rate_hz)
    first = max(0, round((FROM_S + (delay_s or 0.0)) * vibration_rate_hz))
    length_s = min(len(running) / CURRENT_RATE_HZ, (len(vibration) - first) / vibration_rate_hz)
    if length_s < _MIN_LENGTH_S:
        raise RecordingError(f"{place}: currents and vibration share only {max(length_s, 0.0):.2f} s")
    kept = running[: round(length_s * CURRENT_RATE_HZ)]
    kept_vibration = vibration[first : first + round(length_s * vibration_rate_hz)]
    parts = (
        _stream(0, CURRENT_RATE_HZ, ChannelKind.CURRENT, "A", tuple(CURRENTS.values()), kept),
        _stream(
            1, vibration_rate_hz, ChannelKind.VIBRATION, "mm/s", tuple(VIBRATION.values()), kept_vibration
        ),
    )
    device = Device(place.name, "", "", tuple(stream for stream, _ in parts))
    return Recording(place.name, device, tuple(counts for _, counts in parts), _meta(place, delay_s))


def _vibration_delay_s(currents: Floats, vibration: Floats, vibration_rate_hz: float) -> float | None:
    """Return how much later the start comes in the vibration than in the currents; None if one shows none."""
    in_currents = find_start_s(currents, CURRENT_RATE_HZ)
    in_vibration = find_start_s(vibration, vibration_rate_hz)
    return None if in_currents is None or in_vibration is None else in_vibration - in_currents


def _stream(
    number: int, rate_hz: float, kind: ChannelKind, unit: str, names: tuple[str, ...], values: Floats
) -> tuple[Stream, Counts]:
    counts, steps = quantise(values, 16)
    channels = tuple(
        Channel(
            name,
            kind,
            unit,
            float(step),
            phase=phase_of(kind, name),
            axis=axis_of(kind, name),
        )
        for name, step in zip(names, steps, strict=True)
    )
    return Stream(number, rate_hz, channels), counts


def _meta(place: _Place, delay_s: float | None) -> dict[str, Any]:
    torque_nm = int(place.load.removeprefix("torque")) / 10
    return {
        "broken_bars": ROTORS.index(place.rotor),
        "load": torque_nm / RATED_TORQUE_NM,
        "torque_nm": torque_nm,
        "repetition": place.repetition,
        "motor_id": NAMEPLATE.id,
        "nameplate": NAMEPLATE.model_dump(mode="json", exclude_none=True),
        "source": place.path.name,
        "start_s": FROM_S,
        "vibration_delay_s": delay_s,
    }
