"""WAV: samples are counts, and the configuration says of what."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import wavfile

from calibration.recordings.columns import Description
from calibration.recordings.wav_files import read_wav
from edge_agent.acquire.recordings import RecordingError
from edge_agent.acquire.samples import Channel, ChannelKind

IA = Channel("ia", ChannelKind.CURRENT, "A", 0.01, phase="a")
VIBRATION = Channel("vib_axial", ChannelKind.VIBRATION, "m/s2", 0.5, axis="axial")
BOTH = Description((IA, VIBRATION))


def a_wav(folder: Path, samples: NDArray[np.generic], rate_hz: int = 8000) -> Path:
    path = folder / "run_1.wav"
    wavfile.write(path, rate_hz, samples)
    return path


def a_24_bit_wav(folder: Path, samples: list[list[int]]) -> Path:
    path = folder / "run_1.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(samples[0]))
        file.setsampwidth(3)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<i", n)[:3] for scan in samples for n in scan))
    return path


@pytest.mark.parametrize("dtype", [np.int16, np.int32])
def test_samples_are_the_counts_that_they_are(tmp_path: Path, dtype: type[np.signedinteger]) -> None:
    limits = np.iinfo(dtype)
    samples = np.array([[limits.min, 1], [limits.max, -256], [0, 512]], dtype)
    recording = read_wav(a_wav(tmp_path, samples), BOTH)
    (stream,) = recording.device.streams
    assert (stream.rate_hz, stream.channels) == (8000.0, (IA, VIBRATION))
    assert recording.counts[0].dtype == dtype
    assert np.array_equal(recording.counts[0], samples)


def test_24_bits_are_counts_of_24_bits(tmp_path: Path) -> None:
    samples = [[-(2**23), 1], [2**23 - 1, -1]]
    recording = read_wav(a_24_bit_wav(tmp_path, samples), BOTH)
    assert recording.counts[0].tolist() == samples


def test_24_bits_are_told_from_the_header_behind_other_chunks(tmp_path: Path) -> None:
    path = a_24_bit_wav(tmp_path, [[-5, 1], [7, -1]])
    content = path.read_bytes()
    junk = b"JUNK" + struct.pack("<I", 3) + b"abc\0"
    size = struct.pack("<I", len(content) + len(junk) - 8)
    path.write_bytes(content[:4] + size + content[8:12] + junk + content[12:])
    assert read_wav(path, BOTH).counts[0].tolist() == [[-5, 1], [7, -1]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floating_point_survives(tmp_path: Path, dtype: type[np.floating]) -> None:
    samples = np.random.default_rng(1).standard_normal((100, 1)).astype(dtype)
    recording = read_wav(a_wav(tmp_path, samples), Description((IA,)))
    (channel,) = recording.device.streams[0].channels
    assert recording.counts[0] * channel.scale == pytest.approx(samples.astype(float) * IA.scale, abs=1e-9)


def test_one_channel_needs_no_second_dimension(tmp_path: Path) -> None:
    recording = read_wav(a_wav(tmp_path, np.arange(5, dtype=np.int16)), Description((IA,)))
    assert recording.counts[0].tolist() == [[0], [1], [2], [3], [4]]


@pytest.mark.parametrize("description", [Description(), Description((IA,))])
def test_channels_that_are_not_described_are_refused(tmp_path: Path, description: Description) -> None:
    path = a_wav(tmp_path, np.zeros((5, 2), np.int16))
    with pytest.raises(RecordingError, match=r"run_1\.wav: it has 2 channels without names"):
        read_wav(path, description)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((5, 2), np.uint8), "its samples are uint8"),
        (np.zeros((0, 2), np.int16), "it holds no samples"),
        (np.array([[0.0, 0.5], [np.nan, 1.0]], np.float32), "scan 1 of channel 0 is not finite"),
    ],
)
def test_samples_of_no_use_are_refused(tmp_path: Path, samples: NDArray[np.generic], message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        read_wav(a_wav(tmp_path, samples), BOTH)


@pytest.mark.parametrize("length", [0, 3, 11, 20, 30, 43])
def test_a_cut_header_is_refused(tmp_path: Path, length: int) -> None:
    path = a_wav(tmp_path, np.ones((5, 2), np.int16))
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(RecordingError, match=r"run_1\.wav: "):
        read_wav(path, BOTH)


def test_samples_that_end_early_are_refused(tmp_path: Path) -> None:
    path = a_wav(tmp_path, np.ones((500, 2), np.int16))
    path.write_bytes(path.read_bytes()[:-701])
    with pytest.raises(RecordingError, match=r"run_1\.wav: "):
        read_wav(path, BOTH)


@pytest.mark.parametrize(("offset", "value"), [(22, 0), (24, 0), (32, 0), (34, 17), (34, 0)])
def test_a_header_of_nonsense_is_refused(tmp_path: Path, offset: int, value: int) -> None:
    """Channels, rate, bytes of a scan, and bits of a sample, where a plain header has them."""
    path = a_wav(tmp_path, np.ones((50, 2), np.float32))
    content = bytearray(path.read_bytes())
    content[offset : offset + 2] = struct.pack("<H", value)
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"run_1\.wav: "):
        read_wav(path, BOTH)
