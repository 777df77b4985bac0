"""What an hour has counted: against a naive model, cut in two anywhere, and through JSON."""

import math

import numpy as np
import pytest
from hours import healthy, refused
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.trend.hour_rows import load_bin
from edge_agent.trend.tally import HourTally
from edge_agent.verdict import Reason, Verdict

BARS = st.floats(0, 5)
WINDOWS = st.lists(
    st.tuples(st.builds(healthy, BARS, st.none() | st.floats(0, 2), st.none() | BARS), st.booleans())
    | st.tuples(st.builds(refused, st.sampled_from(Reason), st.none() | st.floats(0, 2)), st.just(False)),
    max_size=60,
)
Windows = list[tuple[Verdict, bool]]


def tally_of(windows: Windows) -> HourTally:
    tally = HourTally()
    for verdict, looked in windows:
        tally.take(verdict, looked)
    return tally


@given(WINDOWS)
def test_rows_are_those_of_a_naive_count(windows: Windows) -> None:
    rows = tally_of(windows).rows(5)
    assert sum(row.windows for row in rows) == len(windows)
    for row in rows:
        own = [(v, looked) for v, looked in windows if load_bin(v.evidence.load) == row.load_bin]
        looks = [v.evidence for v, looked in own if looked]
        bars = [evidence.equivalent_bars for evidence in looks]
        limits = [e.detection_limit_bars for e in looks if e.detection_limit_bars is not None]
        assert (row.hour, row.windows, row.looks) == (5, len(own), len(looks))
        assert row.limit_bars == max(limits, default=None)
        if looks:
            wanted = np.percentile(np.array(bars, float), [10, 50, 90])
            assert [row.p10_bars, row.median_bars, row.p90_bars] == wanted.tolist()
        else:
            assert row.median_bars is row.p10_bars is row.p90_bars is None
        for reason in Reason:
            count = sum(v.refusal is not None and v.refusal.reason is reason for v, _ in own)
            assert row.refusals.get(reason, 0) == count
        running = sum(v.refusal is None or v.refusal.reason is not Reason.MOTOR_OFF for v, _ in own)
        assert row.running_share == pytest.approx(running / len(windows))


@given(WINDOWS, st.integers(0, 60))
def test_an_hour_cut_in_two_and_put_together_is_the_same(windows: Windows, cut: int) -> None:
    first = HourTally.from_json(tally_of(windows[:cut]).to_json())
    first.merge(tally_of(windows[cut:]))
    assert first.rows(5) == tally_of(windows).rows(5)


@pytest.mark.parametrize("bars", [None, math.nan, math.inf])
def test_a_look_without_a_number_of_bars_is_a_window_and_no_look(bars: float | None) -> None:
    tally = HourTally()
    tally.take(healthy(bars), looked=True)
    (row,) = tally.rows(5)
    assert (row.windows, row.looks, row.median_bars, row.limit_bars) == (1, 0, None, None)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"bins": {"x": {}}}', '{"bins": {"2": {"windows": -1}}}', "\ufffd"]
)
def test_text_that_no_tally_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        HourTally.from_json(text)
