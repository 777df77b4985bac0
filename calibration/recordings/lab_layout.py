"""Writer of the file layout of the public laboratory data (IEEE DataPort, DOI 10.21227/fmnm-bn95).

One MATLAB v7.3 (HDF5) file per rotor, `struct_rs_R1.mat`, `struct_r1b_R1.mat`, ..., `struct_r4b_R1.mat`:
`/{rotor}/torque05 .. torque40/{signal}` is a (repetitions, 1) data set of references to the samples, a
column each. The importer is tested on files that this writes.
"""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

ROTORS = ("rs", "r1b", "r2b", "r3b", "r4b")
"""Names of the rotors by their broken bars."""
CURRENTS = {"Ia": "ia", "Ib": "ib", "Ic": "ic"}
"""Names of the currents in the files, and of our channels."""
VIBRATION = {
    "Vib_acpe": "vib_drive_end",
    "Vib_acpi": "vib_nondrive_end",
    "Vib_axial": "vib_axial",
    "Vib_base": "vib_base",
    "Vib_carc": "vib_radial",
}
"""The same for vibration at both ends, along the shaft, at the foot and at the frame."""
SIGNALS = (*CURRENTS, "Va", "Vb", "Vc", "Trigger", *VIBRATION)
"""Currents, voltages, start signal and vibration."""
REPETITIONS = 10
"""Recordings of one rotor at one load."""


def rotor_file(folder: Path, broken_bars: int) -> Path:
    """Return the file that holds the recordings of a rotor."""
    return folder / f"struct_{ROTORS[broken_bars]}_R1.mat"


def load_name(torque_nm: float) -> str:
    """Name a load: 0.5 N·m is `torque05`."""
    return f"torque{round(10 * torque_nm):02d}"


class RotorFile:
    """One rotor's file, open for recordings to be added in any order."""

    def __init__(self, folder: Path, broken_bars: int) -> None:
        """Start the file over."""
        self._file = h5py.File(rotor_file(folder, broken_bars), "w")
        self._rotor = self._file.create_group(ROTORS[broken_bars])
        self._samples = self._file.create_group("#refs#")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def add(self, torque_nm: float, repetition: int, signals: Mapping[str, NDArray[np.floating]]) -> None:
        """Add a recording: samples (n,) of each of `SIGNALS`, stored in single precision.

        Raises ValueError if a signal is missing or unknown.
        """
        if set(signals) != set(SIGNALS):
            raise ValueError(f"signals are {sorted(signals)}, expected {sorted(SIGNALS)}")
        load = self._rotor.require_group(load_name(torque_nm))
        for name, samples in signals.items():
            if name not in load:
                load.create_dataset(name, (REPETITIONS, 1), dtype=h5py.ref_dtype)
            place = f"{load_name(torque_nm)}_{name}_{repetition}"
            column = np.asarray(samples, np.float32)[np.newaxis, :]
            data = self._samples.create_dataset(place, data=column, compression="gzip", compression_opts=1)
            load[name][repetition, 0] = data.ref
