"""The laboratory rig's recordings in the file layout of the original."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.recordings.lab_layout import CURRENTS, VIBRATION, RotorFile
from calibration.simulator.lab_rig import LOADS_NM, place_of
from calibration.simulator.powertrain import stator_voltages
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording


def write_lab_files(folder: Path, made: Iterator[tuple[Scenario, Recording]]) -> None:
    """Write recordings of the rig, one file per rotor, in the order in which they come.

    A rotor whose recordings have ended is closed and must not come again: the rig's seeds go rotor by
    rotor.
    """
    rotor: RotorFile | None = None
    broken_bars = -1
    for scenario, recording in made:
        place = place_of(scenario.seed)
        if rotor is None or place.rotor != broken_bars:
            if rotor is not None:
                rotor.close()
            broken_bars = place.rotor
            rotor = RotorFile(folder, broken_bars)
        rotor.add(LOADS_NM[place.load], place.repetition, lab_signals(scenario, recording))
    if rotor is not None:
        rotor.close()


def lab_signals(scenario: Scenario, recording: Recording) -> dict[str, NDArray[np.floating]]:
    """Return the signals of a recording by the names of the layout, in A, V and mm/s."""
    units: dict[str, NDArray[np.floating]] = {}
    for stream, counts in zip(recording.device.streams, recording.counts, strict=True):
        for column, channel in enumerate(stream.channels):
            units[channel.name] = channel.units(counts[:, column]).astype(np.float64)
    voltages = stator_voltages(scenario)
    named = {name: units[channel] for name, channel in (CURRENTS | VIBRATION).items()}
    named |= dict(zip(("Va", "Vb", "Vc"), voltages, strict=True))
    started = np.arange(voltages.shape[1]) >= (scenario.start_up_s or 0.0) * scenario.daq.current_rate_hz
    return named | {"Trigger": started.astype(np.float32)}
