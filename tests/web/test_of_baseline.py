"""Metrics of baseline and trend say what is known, and nothing else."""

from said import ORIGIN

from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.outlook import Growth, Outlook
from edge_agent.publish.documents import Baseline, Trend
from edge_agent.web.newest import Newest
from edge_agent.web.of_motor import metrics_of_motor


def values(status: BaselineStatus, outlook: Outlook) -> dict[tuple[str, ...], float]:
    newest = Newest()
    newest.take(Baseline(ORIGIN, status, 1.0))
    newest.take(Trend(ORIGIN, outlook, 1.0))
    found = {}
    for family in metrics_of_motor(newest):
        for sample in family.samples:
            labels = (value for name, value in sample.labels.items() if name != "motor")
            found[sample.name.removeprefix("edge_agent_motor_"), *labels] = sample.value
    return found


def test_a_baseline_that_is_being_learned_has_its_progress_and_no_growth() -> None:
    found = values(BaselineStatus(BaselineState.LEARNING, progress=0.25), Outlook())
    assert found == {
        ("baseline_state", "off"): 0,
        ("baseline_state", "learning"): 1,
        ("baseline_state", "learned"): 0,
        ("baseline_state", "refused"): 0,
        ("baseline_state", "stale"): 0,
        ("baseline_progress_ratio",): 0.25,
    }


def test_growth_is_told_in_bars_and_in_bars_a_month() -> None:
    status = BaselineStatus(BaselineState.LEARNED, progress=1.0, growth_bars=0.31)
    found = values(status, Outlook(growth=Growth(0.12, (0.05, 0.19))))
    assert found["baseline_growth_bars",] == 0.31
    assert found["trend_bars_per_month",] == 0.12
