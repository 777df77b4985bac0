"""Named series become a recording: whatever their numbers, their lengths and their names."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from three_phases import AMPERES, RATE_HZ, TIME_S, amperes_of, names_of, rates_of

from calibration.recordings.columns import Description
from calibration.recordings.series import Series, recording_of_series
from edge_agent.acquire.overrides import ChannelOverride
from edge_agent.acquire.recordings import Recording, RecordingError

PHASES = [Series(name, AMPERES[:, n], "A", RATE_HZ) for n, name in enumerate(("ia", "ib", "ic"))]


def made(*series: Series, **said: object) -> Recording:
    return recording_of_series("run", series, Description(**said), {})  # type: ignore[arg-type]


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50), wide=st.booleans())
def test_numbers_survive_to_a_part_in_two_billion_of_the_largest(values: list[float], wide: bool) -> None:
    array = np.array(values, np.float64 if wide else np.float32)
    found = amperes_of(made(Series("ia", array, "A", 1000.0)))[:, 0]
    assert found == pytest.approx(array.astype(float), abs=float(np.abs(array).max()) * 2**-31 + 1e-18)


def as_compared(name: str) -> str:
    return name.strip().lower()


NAMES = st.text(st.sampled_from("aBc1 ._-/#äΩ"), min_size=1, max_size=9).filter(as_compared)


@given(names=st.lists(NAMES, min_size=3, max_size=3, unique_by=as_compared))
def test_any_three_names_can_be_mapped(names: list[str]) -> None:
    series = [replace(own, name=name) for own, name in zip(PHASES, names, strict=True)]
    recording = made(*series, names=dict(zip(names, ("ia", "ib", "ic"), strict=True)))
    assert names_of(recording) == [["ia", "ib", "ic"]]
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-6)


def test_a_name_that_occurs_twice_is_not_guessed() -> None:
    twice = [replace(own, name=name) for own, name in zip(PHASES, ("I", "i", "ic"), strict=True)]
    with pytest.raises(RecordingError, match="it has several columns named I, as --map ia=I says"):
        made(*twice, names={"I": "ia"})


def test_a_time_of_the_same_length_tells_the_rate_of_those_that_state_none() -> None:
    vibration = Series("vib_x", np.arange(500.0), "g", 5000.0)
    silent = [replace(own, rate_hz=None) for own in PHASES]
    recording = made(Series("time", TIME_S, "s"), *silent, vibration)
    assert rates_of(recording) == [pytest.approx(RATE_HZ), 5000.0]


def test_the_configuration_names_channels_that_the_file_names_otherwise() -> None:
    series = [replace(own, name=f"U{n}", unit="V") for n, own in enumerate(PHASES)]
    channels = tuple(ChannelOverride(name, scale=10.0) for name in ("ia", "ib", "ic"))
    assert amperes_of(made(*series, channels=channels)) == pytest.approx(10 * AMPERES, abs=1e-6)


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ([], "it holds no series of numbers"),
        ([Series("ia", np.array([1.0]), "A", 1000.0)], "ia holds 1 scans, expected two or more"),
        ([Series("ia", np.array([1.0, np.nan]), "A", 1000.0)], "scan 1 of ia is not finite"),
        ([Series("ia", np.array([1.0, 2.0]), "A")], "nothing states the rate of ia; give --rate-hz"),
        ([Series("ia", np.array([1.0, 2.0]), "V", 1000.0)], "ia is in V, which is not a unit of a current"),
        ([Series("p", np.array([1.0, 2.0]), "W", 1000.0)], "none of the columns p .W. is of a known kind"),
        ([PHASES[0], replace(PHASES[0], rate_hz=500.0)], "ia and ia are both channel ia"),
    ],
)
def test_what_cannot_be_a_recording_is_said(series: list[Series], message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        made(*series)
