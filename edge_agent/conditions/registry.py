"""The conditions that are looked for, in the order in which they are told: one line each."""

from collections.abc import Callable

from edge_agent.conditions.diagnoser import ConditionDiagnoser
from edge_agent.conditions.phase_unbalance import PhaseUnbalance
from edge_agent.motor import Nameplate

DIAGNOSERS: tuple[Callable[[Nameplate], ConditionDiagnoser], ...] = (PhaseUnbalance,)
"""Diagnosers of the conditions, each made with the motor's nameplate; one is made for each motor."""
