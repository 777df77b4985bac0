"""WAV: samples are counts, and the configuration says of what."""

import struct
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.io import wavfile

from calibration.recordings.columns import Description
from calibration.recordings.wav_files import read_wav
from edge_agent.acquire.overrides import ChannelOverride
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


@pytest.mark.parametrize(
    ("subtype", "count"),
    [("PCM_16", 2**-15), ("PCM_24", 2**-23), ("PCM_32", 2**-31), ("FLOAT", 1), ("DOUBLE", 1)],
)
def test_files_of_another_writer_are_named_and_scaled_by_hand(
    tmp_path: Path, subtype: str, count: float
) -> None:
    samples = 0.9 * np.random.default_rng(1).uniform(-1, 1, (300, 3))
    path = tmp_path / "run_1.wav"
    soundfile.write(path, samples, 8000, subtype=subtype)
    by_hand = Description(columns=("ia", "_", "ic"), scales={"ia": 10.0 * count, "ic": 10.0 * count})
    recording = read_wav(path, by_hand)
    (stream,) = recording.device.streams
    assert ([channel.name for channel in stream.channels], stream.rate_hz) == (["ia", "ic"], 8000.0)
    scales = np.array([channel.scale for channel in stream.channels])
    assert recording.counts[0] * scales == pytest.approx(10 * samples[:, [0, 2]], abs=4e-4)


def test_counts_with_a_name_alone_are_asked_for_their_scale(tmp_path: Path) -> None:
    path = a_wav(tmp_path, np.ones((5, 1), np.int16))
    with pytest.raises(RecordingError, match="ia holds counts without a unit; give --scale ia=S"):
        read_wav(path, Description(columns=("ia",)))
    with pytest.raises(RecordingError, match="--columns names 2 channels, it has 1; name each"):
        read_wav(path, Description(columns=("ia", "ib")))
    mapped = Description(names={"channel 0": "ia"}, scales={"ia": 0.5})
    assert read_wav(path, mapped).device.streams[0].channels[0].scale == 0.5


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


COUNTS_16 = np.arange(50, dtype="<i2").tobytes()
COUNTS_24 = b"".join(struct.pack("<i", n)[:3] for n in (-5, 7, 2**22, -(2**23)))


def a_made_wav(
    folder: Path,
    code: int,
    bits: int,
    samples: bytes,
    *,
    extensible: bool = False,
    stated: int | None = None,
    rate_hz: int = 8000,
    channels: int = 1,
) -> Path:
    """One phase; `code` says how samples are written, `stated` is the length that the header says."""
    scan = channels * bits // 8
    parts = (channels, rate_hz, rate_hz * scan % 2**32, scan, bits)
    if extensible:
        guid = struct.pack("<H", code) + bytes.fromhex("000000001000800000aa00389b71")
        form = struct.pack("<HHIIHHHHI", 0xFFFE, *parts, 22, bits, 0) + guid
    else:
        form = struct.pack("<HHIIHH", code, *parts)
    length = len(samples) if stated is None else stated
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", length) + samples
    path = folder / "run_1.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


@pytest.mark.parametrize(
    ("code", "bits", "samples", "counts"),
    [
        (1, 16, np.array([5, -7], "<i2").tobytes(), [5, -7]),
        (1, 24, COUNTS_24, [-5, 7, 2**22, -(2**23)]),
        (1, 32, np.array([5, -(2**31)], "<i4").tobytes(), [5, -(2**31)]),
        (3, 32, np.array([0.5, -0.25], "<f4").tobytes(), [2**31 - 1, -(2**30)]),
        (3, 64, np.array([0.5, -0.25], "<f8").tobytes(), [2**31 - 1, -(2**30)]),
    ],
)
@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("stated", [None, 0xFFFFFFFF])
def test_samples_are_read_with_any_header(
    tmp_path: Path,
    code: int,
    bits: int,
    samples: bytes,
    counts: list[int],
    extensible: bool,
    stated: int | None,
) -> None:
    path = a_made_wav(tmp_path, code, bits, samples, extensible=extensible, stated=stated)
    recording = read_wav(path, Description((IA,)))
    assert recording.counts[0][:, 0].tolist() == pytest.approx(counts, abs=1)


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"samples": COUNTS_16, "stated": 200},
            "it ends early: its samples take 200 bytes, only 100 are there",
        ),
        ({"samples": COUNTS_16[:-1], "stated": 100}, "only 99 are there; copy it again"),
        ({"bits": 24, "samples": COUNTS_24[:-3], "stated": 12}, "take 12 bytes, only 9 are there"),
        ({"code": 3, "bits": 32, "samples": bytes(198), "stated": 200}, "only 198 are there"),
        ({"samples": COUNTS_16, "stated": 0}, "there are no samples, and 100 bytes follow: the recorder was"),
        ({"samples": bytes(10), "channels": 2}, "end within a scan, 2 bytes are left over"),
        ({"code": 6, "bits": 8}, "its samples are A-law, expected PCM or floating point"),
        ({"code": 17, "bits": 4}, "its samples are ADPCM"),
        ({"code": 999}, "its samples are of code 999"),
        ({"bits": 20}, "PCM of 20 bits, expected 16 or 24 or 32; export it so"),
        ({"bits": 64}, "PCM of 64 bits"),
        ({"code": 3, "bits": 16}, "floating point of 16 bits, expected 32 or 64"),
        ({"channels": 0}, "says 0 channels at 8000 Hz"),
        ({"rate_hz": 0}, "says 1 channels at 0 Hz"),
        ({"rate_hz": 1}, "rate_hz 1 of ia, expected 100 to 1000000"),
        ({"rate_hz": 2_000_000}, "rate_hz 2e\\+06 of ia"),
        (
            {"channels": 30_000, "samples": bytes(60_000)},
            "it has 30000 channels without names, 1 are described",
        ),
        ({"code": 3, "bits": 32, "samples": np.array([3e38, 1.0], "<f4").tobytes()}, "ia reaches 3e\\+36 A"),
        ({"code": 3, "bits": 32, "samples": np.array([np.inf, 1.0], "<f4").tobytes()}, "is not finite"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, changes: dict[str, Any], message: str, extensible: bool
) -> None:
    known: dict[str, Any] = {"code": 1, "bits": 16, "samples": COUNTS_16, "extensible": extensible}
    with pytest.raises(RecordingError, match=message):
        read_wav(a_made_wav(tmp_path, **(known | changes)), Description((IA,)))


@pytest.mark.parametrize("content", [b"", b"ID3\x03" + bytes(99), b"fLaC" + bytes(99), b"RIFF\0\0\0\0AVI "])
def test_other_formats_of_sound_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run_1.wav"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="does not begin as a WAV file"):
        read_wav(path, BOTH)


def test_a_channel_without_a_scale_is_refused(tmp_path: Path) -> None:
    described = Description((ChannelOverride("ia", ChannelKind.CURRENT, phase="a"),))
    with pytest.raises(
        RecordingError, match="channel 0 has no unit, and channel ia of the configuration has no scale"
    ):
        read_wav(a_made_wav(tmp_path, 1, 16, COUNTS_16), described)
