"""The conditions that are looked for, in the order in which they are told: one line each."""

from collections.abc import Callable

from edge_agent.conditions.bearing_ball import BearingBall
from edge_agent.conditions.bearing_inner import BearingInner
from edge_agent.conditions.bearing_outer import BearingOuter
from edge_agent.conditions.bearing_unknown import BearingUnknown
from edge_agent.conditions.diagnoser import ConditionDiagnoser
from edge_agent.conditions.locked_rotor import LockedRotor
from edge_agent.conditions.looseness import Looseness
from edge_agent.conditions.misalignment import Misalignment
from edge_agent.conditions.overload import Overload
from edge_agent.conditions.phase_loss import PhaseLoss
from edge_agent.conditions.phase_unbalance import PhaseUnbalance
from edge_agent.conditions.start_stress import StartStress
from edge_agent.conditions.stator_asymmetry import StatorAsymmetry
from edge_agent.conditions.supply_event import SupplyEvent
from edge_agent.conditions.unbalance import Unbalance
from edge_agent.conditions.underload import Underload
from edge_agent.conditions.vibration_zone import VibrationZone
from edge_agent.motor import Nameplate
from edge_agent.verdict import Fault

DIAGNOSERS: tuple[Callable[[Nameplate], ConditionDiagnoser], ...] = (
    PhaseLoss,
    PhaseUnbalance,
    StatorAsymmetry,
    LockedRotor,
    Overload,
    Underload,
    StartStress,
    SupplyEvent,
    BearingOuter,
    BearingInner,
    BearingBall,
    BearingUnknown,
    Unbalance,
    Misalignment,
    Looseness,
    VibrationZone,
)
"""Diagnosers of the conditions, each made with the motor's nameplate; one is made for each motor."""
ONCE_A_LOOK = frozenset(
    {
        Fault.BEARING_OUTER,
        Fault.BEARING_INNER,
        Fault.BEARING_BALL,
        Fault.BEARING_UNKNOWN,
        Fault.UNBALANCE,
        Fault.MISALIGNMENT,
        Fault.LOOSENESS,
        Fault.VIBRATION_ZONE,
    }
)
"""Conditions that are examined only in windows that share no sample: transforming the vibration costs as much
as all the rest of a window, and nothing of this changes within seconds."""
