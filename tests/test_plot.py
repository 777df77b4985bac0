"""The picture of a window: where the expected lines are marked, and that every window has one."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from answers import NAMEPLATE, POLE_PASS_HZ, SHAFT_HZ, SOUND, a_window, an_answer, replay
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.plot import Marks, PlotError, plot, spectrum

RATE_HZ = 500.0
SECONDS = np.arange(2000) / RATE_HZ
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def matplotlib():
    return pytest.importorskip("matplotlib", reason="pictures need matplotlib")


@given(st.floats(20, 200), st.floats(0.01, 100), st.booleans())
def test_a_line_stands_at_its_frequency_with_its_amplitude(frequency_hz, amplitude, real):
    tone = amplitude * np.exp(2j * np.pi * frequency_hz * SECONDS)
    frequencies, amplitudes = spectrum(tone.real if real else tone, RATE_HZ)
    assert np.all(np.diff(frequencies) > 0)
    assert frequencies[np.argmax(amplitudes)] == pytest.approx(frequency_hz, abs=0.1)
    assert amplitudes.max() == pytest.approx(amplitude, rel=0.02)


def test_several_channels_give_their_root_mean_square():
    tone = np.cos(2 * np.pi * 50 * SECONDS)
    _, amplitudes = spectrum(np.stack([3 * tone, 4 * tone]), RATE_HZ)
    assert amplitudes.max() == pytest.approx(np.sqrt(12.5), rel=0.02)


def test_lines_are_marked_where_the_measured_slip_puts_them():
    marks = Marks.of(an_answer(a_window()), NAMEPLATE)
    assert marks.line_hz == pytest.approx(60, abs=0.001)
    assert marks.pole_pass_hz == pytest.approx(POLE_PASS_HZ, rel=0.01)
    assert marks.shaft_hz == pytest.approx(SHAFT_HZ, rel=0.001)
    assert marks.reach_hz > 3 * marks.pole_pass_hz


def test_without_a_slip_nothing_is_marked_but_the_picture_reaches_as_far_as_at_rated_load():
    marks = Marks.of(an_answer(a_window(amplitude_a=0.02, vibration=False)), NAMEPLATE)
    assert (marks.line_hz, marks.pole_pass_hz, marks.shaft_hz) == (60, None, None)
    assert marks.scale_hz == NAMEPLATE.rated_pole_pass_hz


@pytest.mark.parametrize(
    "window",
    [
        a_window(),
        a_window("ia", vibration=False, reversed_order=True),
        a_window(amplitude_a=0.0, noise_a=0.0),
        replace(a_window(), streams=a_window().streams[1:]),
        a_window(length_s=1.0, lower=0, upper=0, vibration=False),
    ],
    ids=["broken", "one phase, no vibration", "no current flows", "no current channel", "short"],
)
def test_every_window_has_a_picture(matplotlib, tmp_path, window):
    plot(an_answer(window), NAMEPLATE, tmp_path / "window.png")
    assert (tmp_path / "window.png").read_bytes().startswith(PNG)


def test_without_matplotlib_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PlotError, match=r"pip install '\.\[plot\]'"):
        plot(an_answer(a_window(), SOUND), NAMEPLATE, tmp_path / "window.png")


def test_replay_writes_a_picture_of_each_window(matplotlib, monkeypatch, tmp_path):
    assert replay(monkeypatch, tmp_path, "--plot", str(tmp_path / "pictures" / "today")) == 0
    (picture,) = (tmp_path / "pictures" / "today").iterdir()
    assert picture.name == "pump-001.png"
    assert picture.read_bytes().startswith(PNG)


def test_replay_without_matplotlib_is_one_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert replay(monkeypatch, tmp_path, "--plot", str(tmp_path)) == 2
    assert capsys.readouterr().err == (
        "edge-agent replay: pictures need matplotlib, which is not installed: "
        "pip install '.[plot]' in the project's folder\n"
    )


def test_pictures_of_one_name_are_refused_rather_than_overwritten(matplotlib, monkeypatch, tmp_path, capsys):
    windows = {"monday/pump.npz": a_window(), "tuesday/pump.npz": a_window()}
    assert replay(monkeypatch, tmp_path, "--plot", str(tmp_path), windows=windows) == 2
    assert "2 recordings are called pump" in capsys.readouterr().err
