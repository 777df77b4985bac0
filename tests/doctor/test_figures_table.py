"""Figures as a table and as JSON: the same numbers, and what is wrong beside them."""

from dataclasses import replace

import numpy as np
import pytest
from doctored import recording
from plates import PLATE
from test_listener import Played

from edge_agent.acquire.recordings import replay_blocks
from edge_agent.doctor.figures_table import (
    columns,
    figures_payload,
    full_scale_shares,
    header,
    problems_of,
    row,
)
from edge_agent.doctor.listener import Listener, Look
from edge_agent.figures import Figures
from edge_agent.publish.documents import Origin


@pytest.fixture(scope="module")
def look() -> Look:
    source = Played(recording().device, *replay_blocks(recording(), 0.1))
    return Listener(PLATE, source, 4.0, 4.0).listen(0.0)[0]  # type: ignore[arg-type]


def near_full_scale(look: Look) -> Look:
    """Return the look with a channel `ia` that reaches its full scale."""
    stream = look.window.streams[0]
    peak = float(np.abs(stream.units(0)).max())
    channels = (replace(stream.stream.channels[0], full_scale=peak), *stream.stream.channels[1:])
    streams = (replace(stream, stream=replace(stream.stream, channels=channels)), *look.window.streams[1:])
    return replace(look, window=replace(look.window, streams=streams))


def test_each_number_stands_below_its_name(look: Look) -> None:
    names, numbers = header(look), row(look, [])
    for name, value in zip(columns(look)[:3], look.figures.current_a.values(), strict=False):
        end = names.index(name) + len(name)
        assert float(numbers[:end].split()[-1]) == pytest.approx(value, abs=0.01)


def test_a_figure_that_is_unknown_is_a_dash(look: Look) -> None:
    still = replace(look, figures=Figures(running=False, current_a={"a": 0.0}))
    assert row(still, []).split()[2:6] == ["-"] * 4


def test_problems_end_the_line(look: Look) -> None:
    assert row(look, ["ia is dead", "too slow"]).endswith("ia is dead; too slow")


def test_the_share_of_full_scale_is_that_of_the_largest_value(look: Look) -> None:
    shares = full_scale_shares(near_full_scale(look).window)
    assert shares["ia"] == pytest.approx(1.0)
    assert 0 < shares["ib"] < 0.5


def test_a_channel_near_its_full_scale_is_a_problem(look: Look) -> None:
    assert problems_of(look, None) == []
    assert problems_of(near_full_scale(look), "no port") == ["no port", "ia reaches 100% of its full scale"]


def test_json_holds_the_same_figures(look: Look) -> None:
    payload = figures_payload(Origin("pump-7", "m", "", ""), look, ["x"])
    assert payload["motor"] == "m"
    assert payload["current_a"] == {p: pytest.approx(v, rel=1e-4) for p, v in look.figures.current_a.items()}
    assert payload["problems"] == ["x"]
    assert not {"running_hours", "starts", "last_start_s"} & payload.keys()
