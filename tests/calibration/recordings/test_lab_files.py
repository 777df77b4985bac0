"""The laboratory's files: what is read, what is repaired, what is refused."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from lab_recordings import DURATION_S, START_S, a_lab_file, some_signals

from calibration.learning.data.windowing import cut, streams_of
from calibration.recordings.lab_files import FROM_S, lab_parts
from calibration.recordings.lab_layout import rotor_file
from calibration.recordings.part import DeadRecordingError
from calibration.simulator.lab_export import write_lab_files
from calibration.simulator.recording import simulate
from calibration.simulator.sets import draw_scenario
from edge_agent.acquire.recordings import Recording, RecordingError, read_recording, write_recording
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import SIDE_INPUTS, ImageSpec


def the_recording(path: Path) -> Recording:
    (part,) = lab_parts(path)
    return part.read()


def test_a_recording_says_which_motor_it_is_of(tmp_path: Path) -> None:
    path = a_lab_file(tmp_path, broken_bars=3, torque_nm=2.5, first_repetition=7)
    recording = the_recording(path)
    assert recording.name == "r3b-torque25-7"
    meta = recording.meta
    assert (meta["broken_bars"], meta["torque_nm"], meta["repetition"]) == (3, 2.5, 7)
    assert meta["load"] == pytest.approx(2.5 / 4.1)
    assert meta["source"] == "struct_r3b_R1.mat"
    nameplate = Nameplate.model_validate(meta["nameplate"])
    assert (nameplate.rated_current_a, nameplate.rotor_bars, nameplate.poles) == (3.02, 34, 4)
    assert meta["motor_id"] == nameplate.id


def test_currents_survive_their_quantising(tmp_path: Path) -> None:
    signals = some_signals()
    recording = the_recording(a_lab_file(tmp_path, signals))
    stream, counts = recording.device.streams[0], recording.counts[0]
    assert (stream.rate_hz, counts.dtype) == (50_000.0, np.int16)
    for column, (channel, phase) in enumerate(zip(stream.channels, "abc", strict=True)):
        original = signals[f"I{phase}"][round(FROM_S * 50_000) :]
        assert (channel.name, channel.phase, channel.unit) == (f"i{phase}", phase, "A")
        assert np.abs(counts[:, column] * channel.scale - original).max() < 0.6 * channel.scale
        assert channel.scale < 1e-4 * np.abs(original).max()


@pytest.mark.parametrize("delay_s", [-0.4, 0.0, 0.35])
def test_vibration_is_aligned_on_the_start_of_the_motor(tmp_path: Path, delay_s: float) -> None:
    recording = the_recording(a_lab_file(tmp_path, some_signals(delay_s=delay_s)))
    assert recording.meta["vibration_delay_s"] == pytest.approx(delay_s, abs=0.012)
    current, vibration = recording.device.streams
    assert vibration.rate_hz == pytest.approx(7640.0)
    lengths_s = [len(c) / s.rate_hz for s, c in zip((current, vibration), recording.counts, strict=True)]
    assert lengths_s == pytest.approx([DURATION_S - FROM_S - max(delay_s, 0.0)] * 2, abs=0.012)
    radial = next(i for i, c in enumerate(vibration.channels) if c.axis == "radial")
    t = np.arange(len(recording.counts[1])) / vibration.rate_hz + FROM_S - START_S
    swing = recording.counts[1][:, radial] * vibration.channels[radial].scale
    phase = np.angle(np.dot(swing[: 7640 // 2], np.exp(-2j * np.pi * 28.6 * t[: 7640 // 2])) * 1j)
    assert abs(phase) / (2 * np.pi * 28.6) < 0.012


def test_vibration_without_a_start_stays_where_it_was(tmp_path: Path) -> None:
    signals = some_signals()
    noise = np.random.default_rng(2).standard_normal(signals["Vib_carc"].size)
    signals |= {name: noise for name in signals if name.startswith("Vib")}
    assert the_recording(a_lab_file(tmp_path, signals)).meta["vibration_delay_s"] is None


def test_a_knock_is_no_start(tmp_path: Path) -> None:
    signals = some_signals(delay_s=0.2)
    for name in signals:
        if name.startswith("Vib"):
            signals[name][9000:9100] += 20.0
    assert the_recording(a_lab_file(tmp_path, signals)).meta["vibration_delay_s"] == pytest.approx(
        0.2, abs=0.012
    )


def test_repetitions_are_read_one_at_a_time_and_a_dead_one_is_left_out(tmp_path: Path) -> None:
    dead = some_signals(current_a=0.01)
    first, second, third = lab_parts(a_lab_file(tmp_path, dead, some_signals(), dead))
    assert second.read().meta["repetition"] == 1
    for part in (first, third):
        with pytest.raises(DeadRecordingError, match=r"repetition [02]: left out, I[abc] has only 0\.0\d+ A"):
            part.read()


@pytest.mark.parametrize("line_hz", [66.7, 54.0, 59.0])
def test_a_file_whose_line_is_not_60_hz_is_refused(tmp_path: Path, line_hz: float) -> None:
    path = a_lab_file(tmp_path, some_signals(current_a=0.01), some_signals(line_hz=line_hz))
    with pytest.raises(RecordingError, match=rf"struct_r1b_R1\.mat: .* reads {line_hz} Hz, expected 60\.0"):
        lab_parts(path)


def a_signal_missing(file: h5py.File) -> None:
    del file["r1b/torque05/Ib"]


def ragged_repetitions(file: h5py.File) -> None:
    references = file["r1b/torque05/Ic"][:8]
    del file["r1b/torque05/Ic"]
    file["r1b/torque05"].create_dataset("Ic", data=references, dtype=h5py.ref_dtype)


def samples_in_place_of_references(file: h5py.File) -> None:
    del file["r1b/torque05/Ia"]
    file["r1b/torque05/Ia"] = np.zeros((10, 1))


def another_rotor(file: h5py.File) -> None:
    file.move("r1b", "r9b")


def another_group(file: h5py.File) -> None:
    file["r1b"].create_group("speed05")


def no_loads(file: h5py.File) -> None:
    del file["r1b/torque05"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (a_signal_missing, "r1b/torque05: Ib is missing; there are only Ia, Ic"),
        (ragged_repetitions, "r1b/torque05: the signals differ in repetitions: Ia 10, Ib 10, Ic 8"),
        (samples_in_place_of_references, "r1b/torque05: Ia is not a column of references"),
        (another_rotor, "holds #refs#, r9b, expected one group of rs, r1b"),
        (another_group, "r1b/speed05: no load"),
        (no_loads, "holds no recordings"),
    ],
)
def test_a_file_of_another_layout_is_refused(
    tmp_path: Path, damage: Callable[[h5py.File], None], message: str
) -> None:
    path = a_lab_file(tmp_path, some_signals(duration_s=0.1))
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(RecordingError, match=message) as refused:
        lab_parts(path)
    assert str(refused.value).startswith(str(path))


def a_reference_missing(file: h5py.File) -> None:
    file["r1b/torque05/Vib_axial"][0, 0] = h5py.Reference()


def a_nan(file: h5py.File) -> None:
    file["#refs#/torque05_Ib_0"][0, 100] = np.nan


def a_shorter_phase(file: h5py.File) -> None:
    file["r1b/torque05/Ic"][0, 0] = file["#refs#/torque05_Va_0"].ref


def text(file: h5py.File) -> None:
    file["#refs#/text"] = "no numbers"
    file["r1b/torque05/Ia"][0, 0] = file["#refs#/text"].ref


def slow_vibration(file: h5py.File) -> None:
    for name in [name for name in file["#refs#"] if "Vib" in name]:
        samples = file["#refs#"][name][0, ::2]
        del file["#refs#"][name]
        file["r1b/torque05"][name[9:-2]][0, 0] = file["#refs#"].create_dataset(name, data=samples).ref


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (a_reference_missing, "Vib_axial is missing, other signals are there"),
        (a_nan, "Ib holds values that are not finite"),
        (a_shorter_phase, "differ in length: Ia 230000, Ib 230000, Ic 1"),
        (text, "Ia holds no numbers"),
        (slow_vibration, "vibration has 17572 samples, a rate of 3820 Hz"),
    ],
)
def test_a_damaged_recording_is_refused(
    tmp_path: Path, damage: Callable[[h5py.File], None], message: str
) -> None:
    path = a_lab_file(tmp_path)
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(RecordingError, match=rf"r1b/torque05, repetition 0: .*{message}"):
        the_recording(path)


def test_a_recording_that_ends_with_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"it lasts 3\.50 s, expected 20\.02 s"):
        the_recording(a_lab_file(tmp_path, some_signals(duration_s=3.5)))


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = a_lab_file(tmp_path)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(RecordingError, match=r"struct_r1b_R1\.mat: it is a damaged HDF5 file"):
        lab_parts(path)


def test_a_file_with_damaged_samples_is_refused(tmp_path: Path) -> None:
    path = a_lab_file(tmp_path)
    with h5py.File(path) as file:
        chunk = file["#refs#/torque05_Vib_base_0"].id.get_chunk_info(0)
    with path.open("r+b") as raw:
        raw.seek(chunk.byte_offset)
        raw.write(bytes(64))
    with pytest.raises(RecordingError, match=r"struct_r1b_R1\.mat: it is a damaged HDF5 file"):
        the_recording(path)


@pytest.mark.parametrize("content", [b"", b"MATLAB 5.0 MAT-file, Platform: GLNXA64"])
def test_what_is_no_hdf5_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "struct_rs_R1.mat"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"struct_rs_R1\.mat: it is no HDF5 file \(MATLAB v7\.3\)"):
        lab_parts(path)


@pytest.mark.parametrize(("broken_bars", "least", "most"), [(0, 0.0, 0.4), (2, 1.5, 2.6)])
def test_a_simulated_motor_is_the_same_after_its_import(
    tmp_path: Path, broken_bars: int, least: float, most: float
) -> None:
    drawn = draw_scenario("lab_rig", 80 * broken_bars + 70)
    made = simulate(replace(drawn, duration_s=7.0))
    write_lab_files(tmp_path, iter([(drawn, made)]))
    write_recording(tmp_path / "imported.npz", the_recording(rotor_file(tmp_path, broken_bars)))
    imported = read_recording(tmp_path / "imported.npz")
    assert imported.meta["broken_bars"] == made.meta["broken_bars"] == broken_bars
    assert imported.meta["vibration_delay_s"] == pytest.approx(0.0, abs=0.03)

    streams = streams_of(imported)
    analyser = Analyser(Nameplate.model_validate(imported.meta["nameplate"]), ImageSpec())
    analysis = analyser.analyse(cut(streams, 0.0, 4.0))
    assert analysis.refusal is None
    assert analysis.inputs is not None
    assert analysis.evidence.slip == pytest.approx(made.meta["slip"], rel=0.05)
    assert least <= analysis.evidence.equivalent_bars <= most
    assert analysis.inputs.side[SIDE_INPUTS.index("slip")] == pytest.approx(10 * made.meta["slip"], rel=0.05)
