"""What minutes of current may say without the network."""

from dataclasses import replace

import pytest

from edge_agent.diagnose.stretch import diagnose_stretch
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.verdict import Evidence, Reason, Refusal, Severity, State, WindowSpan

SPAN = WindowSpan(0.0, 200.0, 0, 2_000_000, 0)
PAIR = SidebandPair(0.004j, 0.01j, 1e-4, 1e-4, 1e-4, 0.1, 0.001, 20.0)


def a_stretch(bars, load=0.05, limit=0.05, **more):
    evidence = Evidence(
        slip=0.001,
        load=load,
        detection_limit_bars=limit,
        equivalent_bars=bars,
        equivalent_bars_interval=(0.8 * bars, 1.2 * bars),
        equivalent_bars_by="sidebands",
        load_swing_bars=0.05,
        stretch_s=200.0,
    )
    return replace(Analysis(evidence, None, PAIR), **more)


@pytest.mark.parametrize(
    ("analysis", "state"),
    [
        (a_stretch(0.1), State.HEALTHY),
        (a_stretch(1.0), State.BROKEN_BARS),
        (a_stretch(1.0, limit=0.34), None),
        (a_stretch(0.1, limit=0.25), None),
        (a_stretch(0.21), None),
        (a_stretch(0.28), None),
        (a_stretch(0.1, load=0.2), None),
        (a_stretch(1.0, load=0.2), None),
        (a_stretch(0.1, speed_doubt=Refusal(Reason.SPEED_UNKNOWN, "x", 1.0, 0.2)), None),
        (a_stretch(0.1, pair=None), None),
    ],
    ids=[
        "sound",
        "a bar",
        "a bar that hardly stands out",
        "a limit that is too weak",
        "what a hot rotor with a broken bar may show",
        "neither sound nor broken",
        "sound under load",
        "a bar under load",
        "sound at a slip in doubt",
        "no pair",
    ],
)
def test_minutes_answer_only_where_they_are_sure_without_the_network(analysis, state):
    verdict = diagnose_stretch(analysis, SPAN)
    assert (verdict and verdict.state) == state
    if verdict:
        assert (verdict.probabilities, verdict.confidence, verdict.evidence.modalities_agree) == (None,) * 3
        assert verdict.severity is (Severity.OK if state is State.HEALTHY else Severity.WATCH)
