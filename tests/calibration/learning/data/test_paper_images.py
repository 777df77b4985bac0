import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.learning.data.paper_images import WINDOW_S, PaperSpec, Spectrogram, look_at_spectrograms
from calibration.learning.data.windowing import StreamSamples
from edge_agent.acquire.samples import Channel, ChannelKind, Stream

SPEC = PaperSpec()


def a_tone(frequency_hz: float, rate_hz: float, length_s: float = WINDOW_S, amplitude: float = 1.0):
    time_s = np.arange(round(length_s * rate_hz)) / rate_hz
    return (amplitude * np.cos(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def a_stream(number: int, kind: ChannelKind, rate_hz: float, *tones_hz: float) -> StreamSamples:
    channels = tuple(Channel(f"c{i}", kind, "A", 0.001) for i in range(len(tones_hz)))
    counts = np.array([a_tone(tone, rate_hz, 2.0, 1000.0) for tone in tones_hz]).astype(np.int16)
    return StreamSamples(Stream(number, rate_hz, channels), counts)


@pytest.mark.parametrize("rate_hz", [7_600.0, 10_000.0, 50_000.0])
@pytest.mark.parametrize("frequency_hz", [62.5, 500.0, 968.75])
def test_a_tone_is_a_bright_row_at_its_frequency(rate_hz, frequency_hz):
    image = Spectrogram(SPEC, rate_hz).image(a_tone(frequency_hz, rate_hz))
    assert image.shape == (64, 64, 1)
    assert set(image[:, :, 0].argmax(axis=0)) == {round(frequency_hz / 1000.0 * 64)}
    assert image.max() == 255


def test_levels_are_decibels_below_the_strongest_point():
    weak = 10 ** (-40 / 20)
    image = Spectrogram(SPEC, 10_000.0).image(a_tone(250.0, 10_000.0) + weak * a_tone(750.0, 10_000.0))
    assert np.median(image[16]) == 255
    assert np.median(image[48]) == pytest.approx(255 / 2, abs=1)


def test_what_begins_within_the_window_begins_in_the_image():
    samples = a_tone(500.0, 10_000.0)
    samples[: samples.size // 2] = 0.0
    row = Spectrogram(SPEC, 10_000.0).image(samples)[32, :, 0]
    assert row[:10].max() == 0
    assert row[-10:].min() > 250


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(1e-3, 1e3), offset=st.floats(-100, 100))
def test_neither_gain_nor_offset_of_the_sensor_changes_the_picture(gain, offset):
    random = np.random.default_rng(0)
    samples = a_tone(300.0, 10_000.0) + random.normal(0, 0.01, 2500).astype(np.float32)
    make = Spectrogram(SPEC, 10_000.0).image
    changed = make((gain * (samples + offset)).astype(np.float32))
    assert np.abs(changed.astype(int) - make(samples).astype(int)).max() <= 12


def test_silence_is_black():
    assert not Spectrogram(SPEC, 10_000.0).image(np.zeros(2500, np.float32)).any()


def test_the_first_channel_of_each_kind_is_looked_at():
    streams = [
        a_stream(0, ChannelKind.CURRENT, 10_000.0, 62.5, 500.0),
        a_stream(1, ChannelKind.VIBRATION, 7_600.0, 250.0, 750.0),
    ]
    (seen,) = look_at_spectrograms(streams, SPEC, [(0.5, WINDOW_S)])
    brightest = {name: int(image.sum(axis=1).argmax()) for name, image in seen.inputs.images.items()}
    assert brightest == {"current": 4, "vibration": 16}
    assert seen.inputs.side.shape == (0,)
    assert seen.length_s == WINDOW_S


def test_a_kind_that_is_not_measured_is_black():
    (seen,) = look_at_spectrograms(
        [a_stream(0, ChannelKind.CURRENT, 10_000.0, 62.5)], SPEC, [(0.0, WINDOW_S)]
    )
    assert seen.inputs.images["current"].any()
    assert not seen.inputs.images["vibration"].any()


def test_samples_that_cannot_make_the_image_are_said():
    with pytest.raises(ValueError, match="1000 samples per s"):
        Spectrogram(SPEC, 1_000.0)
    with pytest.raises(ValueError, match="less than a frame"):
        Spectrogram(SPEC, 10_000.0).image(np.zeros(100, np.float32))
