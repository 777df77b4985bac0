"""The pair of sidebands that an asymmetrical rotor makes: `equivalent_bars` the other way round.

The asymmetry makes the lower sideband alone, B. Its current makes the torque ripple at 2sf, the ripple moves
the speed as far as the inertia lets it, and the speed makes a pair of its own (`equivalent_bars`). So U and L
are both proportional to B, and everything but the inertia is in the nameplate's circuit. The inertia shows in
the small pair that the casting of a sound rotor makes, as far as noise lets it.
"""

import math
from dataclasses import dataclass

import numpy as np

from edge_agent.circuit import Circuit, Complexes
from edge_agent.limits import BARS
from edge_agent.motor import Nameplate
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.fit import SidebandPair

_INERTIA_KG_M2 = 0.0045
"""Moment of inertia of the rotor of a four-pole motor of 1 kW, kg·m²: typical values of catalogues."""
_INERTIA_POWER = 1.2
"""Exponent with which it rises with the rated power, of the same catalogues."""
_INERTIA_OF_POLES = {2: 0.4, 4: 1.0, 6: 1.8}
"""The same by poles, relative to four."""
_INERTIA_OF_MANY_POLES = 3.0
"""The same of eight poles or more; judgement."""
_WITH_LOAD = 4.0
"""Inertia of motor and load over that of the motor; judgement: loads have 0.5 to 8 times the rotor's, fans
more."""
_INERTIA_SPREAD = 1.0
"""Standard deviation of the logarithm of an inertia about the typical one; judgement: a factor of three."""
_INERTIAS = tuple(float(way) for way in np.exp(np.linspace(-np.log(_WITH_LOAD), 3.0, 36)))
"""Inertias that are tried, over the typical one: from the rotor alone, by steps of an eighth. Judgement:
beyond the largest the speed hardly moves."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines at (1 ± 2s)f as complex ratios to the carrier, their phase that in the middle of the window."""

    upper: complex
    """U, at (1 + 2s)f."""
    lower: complex
    """L, at (1 - 2s)f."""
    pole_pass_hz: float
    """2sf."""


def typical_inertia_kg_m2(nameplate: Nameplate) -> float:
    """Return the moment of inertia of such a motor with its load; a plate does not state it."""
    of_poles = _INERTIA_OF_POLES.get(nameplate.poles, _INERTIA_OF_MANY_POLES)
    return _WITH_LOAD * _INERTIA_KG_M2 * of_poles * float(nameplate.rated_power_kw**_INERTIA_POWER)


def likely_inertia_kg_m2(pair: SidebandPair, scale: BarScale) -> float:
    """Return the moment of inertia that is likeliest by the pair of a sound casting.

    What misfits is the upper sideband, over noise and the circuit's error, and the inertia, over the spread
    of usual ones; so where the pair drowns in noise, the typical one remains.
    """
    typical = typical_inertia_kg_m2(scale.nameplate)
    line_hz = pair.pole_pass_hz / 2 / pair.slip
    own = scale.across(pair, pair.slip)
    variance = pair.floor**2 + (BARS.path_error * abs(own)) ** 2

    def misfit(way: float) -> float:
        upper, _ = asymmetry_pair(scale.circuit, pair.slip, line_hz, way * typical)
        return 2 * abs(pair.upper - upper * own) ** 2 / variance + (math.log(way) / _INERTIA_SPREAD) ** 2

    return min(_INERTIAS, key=misfit) * typical


def asymmetry_pair(
    circuit: Circuit, slip: float, line_hz: float, inertia_kg_m2: float
) -> tuple[complex, complex]:
    """Return U and L*, the upper and the conjugate lower sideband, per B* of an asymmetrical rotor.

    From the equations of `Circuit.linearised`, and that of the speed under a constant load torque:
    J jw Omega / p = T, all at w = 2 pi 2sf. The asymmetry is a voltage in the rotor that turns at -w. The
    torque of the flux linkages x+ exp(jwt) + x- exp(-jwt) is linear in x+ and in the conjugate of x-, so
    the speed is proportional to B*.
    """
    rates, currents_of, steady = circuit.linearised(slip, line_hz)
    steady_current = currents_of @ steady
    carrier = steady_current[0] + 1.0 / circuit.iron_loss_ohm
    rate = 4j * np.pi * slip * line_hz
    by_speed = np.array([0.0, 1j * steady[1]])
    in_rotor = np.array([0.0, 1.0])
    above, below, by_rotor = (
        np.asarray(np.linalg.solve(way * rate * np.eye(2) - rates, voltage), np.complex128)
        for way, voltage in ((1, by_speed), (-1, by_speed), (-1, in_rotor))
    )

    def torque(flux_above: Complexes, flux_below: Complexes) -> complex:
        """Return the torque's phasor, N·m: of 1.5 p Im(conj(x_s) i_s) what turns at w."""
        current_above, current_below = currents_of @ flux_above, currents_of @ flux_below
        turning = steady[0].conj() * current_above[0] + flux_below[0].conj() * steady_current[0]
        turning -= steady[0] * current_below[0].conj() + flux_above[0] * steady_current[0].conj()
        # The supply's peak voltage, at which a drive keeps the flux linkage.
        voltage_v = 2**0.5 * circuit.phase_voltage_v * line_hz / circuit.frequency_hz
        return complex(1.5 * circuit.pole_pairs * turning / 2j * voltage_v**2)

    per_torque = circuit.pole_pairs / inertia_kg_m2
    nothing = np.zeros(2, complex)
    speed = per_torque * torque(nothing, by_rotor) / (rate - per_torque * torque(above, below))
    alone = complex((currents_of @ by_rotor)[0] / carrier).conjugate()
    upper = complex((currents_of @ above)[0] / carrier) * speed
    swung = complex((currents_of @ below)[0] / carrier).conjugate() * speed
    return upper / alone, 1.0 + swung / alone


def lines_to_add(pair: SidebandPair, by_amplitude: bool, bars: float, scale: BarScale) -> Lines:
    """Return what makes a measured pair that of a rotor with so many equivalent bars in all.

    A sound casting has a small asymmetry of its own. The lines enlarge it, so that `bars` is what the rotor
    has afterwards. `by_amplitude` is True where the AM alone counts the bars of the pair, since wander hides
    the rest.
    """
    line_hz = pair.pole_pass_hz / 2 / pair.slip
    # What wander hides tells no inertia.
    inertia = typical_inertia_kg_m2(scale.nameplate) if by_amplitude else likely_inertia_kg_m2(pair, scale)
    upper, lower = asymmetry_pair(scale.circuit, pair.slip, line_hz, inertia)
    own = pair.am_phasor / (upper + lower) if by_amplitude else scale.across(pair, pair.slip)
    wanted = scale.ratio_of(bars, pair.slip)
    added = (wanted - abs(own)) * (own / abs(own) if own else 1.0)
    return Lines(upper * added, (lower * added).conjugate(), pair.pole_pass_hz)
