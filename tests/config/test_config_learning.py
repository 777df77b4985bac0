"""The sections `baseline` and `alerts`."""

from collections.abc import Callable

import pytest
from minimal_file import MINIMAL

from edge_agent.baseline.settings import BaselineSettings
from edge_agent.config import Problem, Settings

Load = Callable[..., Settings]
ProblemsOf = Callable[..., tuple[Problem, ...]]


def test_without_them_a_day_is_learned_and_one_false_alarm_in_ten_years_allowed(load: Load) -> None:
    assert load(MINIMAL).baseline_settings() == BaselineSettings(24.0, True, 0.1)


def test_each_key_reaches_its_user_as_it_is_written(load: Load) -> None:
    text = MINIMAL + "baseline: {hours: 48, enabled: no}\nalerts: {false_alarms_per_year: 1}\n"
    assert load(text).baseline_settings() == BaselineSettings(48.0, False, 1.0)


@pytest.mark.parametrize(
    "section", ["baseline: {hours: 0}", "baseline: {hours: 9999}", "alerts: {false_alarms_per_year: 0}"]
)
def test_what_cannot_be_learned_or_promised_is_refused(problems_of: ProblemsOf, section: str) -> None:
    (problem,) = problems_of(f"{MINIMAL}{section}\n")
    assert problem.key[0] in section
