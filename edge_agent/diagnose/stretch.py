"""Broken bars in minutes of an idling motor's current, of which the network has no images."""

from edge_agent.diagnose.broken_bars import answer, judge
from edge_agent.limits import LONG, STATE
from edge_agent.signals.analysis import Analysis
from edge_agent.verdict import State, Verdict, WindowSpan


def diagnose_stretch(analysis: Analysis, window: WindowSpan) -> Verdict | None:
    """Return the verdict of minutes of current, by their sidebands alone; None if they give no sure answer.

    The network has no images of minutes, so what it would confirm must be clear by itself. Broken bars lie as
    far above the detection limit as those that count over time. Of a healthy rotor, the limit and the upper
    end of the interval lie well below a broken bar.
    """
    evidence = analysis.evidence
    if analysis.pair is None or (evidence.load or 0.0) > LONG.max_load:
        return None
    opinion = judge(evidence, analysis.pair)
    bars, limit_bars = evidence.equivalent_bars or 0.0, evidence.detection_limit_bars or 0.0
    _, highest = evidence.equivalent_bars_interval or (0.0, bars)
    if opinion.broken:
        clear = bars >= STATE.min_over_limit * limit_bars
    else:
        clear = max(highest, limit_bars) < LONG.healthy_below
    if opinion.refusal or analysis.doubt(opinion.broken) or not clear:
        return None
    blank = Verdict(state=State.INDETERMINATE, window=window, evidence=evidence)
    return answer(blank, opinion.broken, None)
