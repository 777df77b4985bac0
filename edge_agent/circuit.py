"""The motor's equivalent circuit, fitted to its nameplate: slip, torque and current of a healthy motor."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.least_squares import fit_within, rising_root
from edge_agent.motor import Nameplate

LEAKAGE_RATIO = 1.1
"""Rotor over stator leakage reactance."""
FRICTION = 0.012
"""Friction and windage at rated speed, per unit of the rated torque."""
MAXIMUM_TORQUE = 2.9
"""Assumed breakdown torque, per unit of the rated one: a plate does not state it."""
STARTING_TORQUE = 2.5
"""Assumed locked-rotor torque, per unit of the rated one."""
STARTING_CURRENT = 6.8
"""Assumed locked-rotor current, per unit of the rated one."""
SKIN_EFFECT_FROM = 0.12
"""Slip below which skin effect and leakage saturation fade away."""

Complexes = NDArray[np.complex128]
Floats = NDArray[np.float64]


def skin_depth_factor(slip: Floats) -> Floats:
    """Return how far skin effect and leakage saturation have developed, 0 at no slip to 1 at standstill.

    Root of the slip, and a parabola below `SKIN_EFFECT_FROM` where the current fills the whole bar.
    """
    slip = np.clip(slip, 0.0, 1.0)
    low = np.sqrt(SKIN_EFFECT_FROM) * (slip / SKIN_EFFECT_FROM) ** 2
    return np.where(slip >= SKIN_EFFECT_FROM, np.sqrt(slip), low)


def _skin_depth_factor_at(slip: float) -> float:
    """Return the same of a single slip: dozens are asked for in each window, and arrays of one cost more."""
    slip = min(max(slip, 0.0), 1.0)
    if slip >= SKIN_EFFECT_FROM:
        return math.sqrt(slip)
    return math.sqrt(SKIN_EFFECT_FROM) * (slip / SKIN_EFFECT_FROM) ** 2


@dataclass(frozen=True, slots=True)
class Circuit:
    """T circuit of one phase, star equivalent, rotor referred to the stator, at rated voltage."""

    phase_voltage_v: float
    """Rated line-to-neutral voltage, rms."""
    frequency_hz: float
    """Frequency at which the reactances hold."""
    pole_pairs: int
    """p, half the number of poles."""
    stator_resistance_ohm: float
    """R_s."""
    stator_leakage_ohm: float
    """X_ls at small slip."""
    rotor_leakage_ohm: float
    """X_lr at small slip."""
    magnetising_ohm: float
    """X_m."""
    iron_loss_ohm: float
    """R_fe, parallel to X_m."""
    rotor_resistance_ohm: float
    """R_r at small slip."""
    skin_factor: float
    """k_R, rotor resistance at standstill over that at small slip."""
    saturation_factor: float
    """k_X, leakage reactances at standstill over those at small slip."""
    rated_torque_nm: float
    """Rated shaft torque."""

    @property
    def synchronous_rad_s(self) -> float:
        """Mechanical speed of the rotating field."""
        return 2.0 * np.pi * self.frequency_hz / self.pole_pairs

    @property
    def breakdown_slip(self) -> float:
        """Slip of the largest torque, on a grid 2 % apart."""
        return _breakdown_slip(self)

    @property
    def no_load_current_rms_a(self) -> float:
        """Stator current at synchronous speed."""
        return self.current_rms_a(0.0)

    def currents(self, slip: float) -> tuple[complex, complex]:
        """Return the phasors of stator and rotor current, A rms, the voltage being real.

        The rotor current counts as flowing out of the air gap into R_r / s.
        """
        stator, rotor = self._currents(slip, _skin_depth_factor_at(slip))
        return complex(stator), complex(rotor)

    def current_rms_a(self, slip: float) -> float:
        """Return the stator current of one phase, A rms; rises with slip."""
        return abs(self.currents(slip)[0])

    def torque_nm(self, slip: float) -> float:
        """Return the air-gap torque, N·m: shaft torque plus friction."""
        return float(self._torques_nm(slip, _skin_depth_factor_at(slip), slip or 1.0))

    def load_at_slip(self, slip: float) -> float:
        """Return the shaft torque per unit of the rated one."""
        return (self.torque_nm(slip) - FRICTION * self.rated_torque_nm) / self.rated_torque_nm

    def slip_at_load(self, load: float) -> float:
        """Return the slip at a shaft torque `load` per unit of the rated one, between no slip and breakdown.

        A load above the breakdown torque gives the breakdown slip.
        """
        return self._slip_where(self.load_at_slip, load)

    def slip_at_current(self, rms_a: float) -> float | None:
        """Return the slip at a stator current of `rms_a`; None below the no-load current.

        A current above that at breakdown gives the breakdown slip.
        """
        if rms_a < self.no_load_current_rms_a:
            return None
        return self._slip_where(self.current_rms_a, rms_a)

    def current_per_slip(self, slip: float) -> float:
        """Return d ln I / d ln s: by how many percent the current changes with a percent of the slip."""
        low, high = 0.95 * slip, 1.05 * slip
        return float(np.log(self.current_rms_a(high) / self.current_rms_a(low)) / np.log(high / low))

    def sideband_gain(self, slip: float) -> float:
        """Return G: sum of both sidebands over the line current, per unit of relative rotor asymmetry.

        One broken bar of N_b is an asymmetry of about 1 / N_b, so that N_b (I_L + I_U) / (I G) counts
        equivalent adjacent bars. With X_s = X_ls + X_m, X_r = X_lr + X_m, k = 1 - 2s and
        a = -jk X_m / (R_s + jk X_s): G = |a I_r R_r / (R_r - js X_r - js X_m a)| / |I|.
        It is the lower sideband at infinite inertia, which the sum keeps at any inertia.
        """
        stator, rotor = self.currents(slip)
        k = 1.0 - 2.0 * slip
        x_m, r_r = self.magnetising_ohm, self.rotor_resistance_ohm
        x_s, x_r = self.stator_leakage_ohm + x_m, self.rotor_leakage_ohm + x_m
        a = -1j * k * x_m / (self.stator_resistance_ohm + 1j * k * x_s)
        asymmetry_current = rotor * r_r / (r_r - 1j * slip * x_r - 1j * slip * x_m * a)
        return float(abs(a * asymmetry_current) / abs(stator))

    def speed_swing(self, slip: float, swing_hz: Floats, line_hz: float) -> tuple[Complexes, Complexes]:
        """Return upper and lower sidebands over the carrier under an oscillating load, each (n,).

        `swing_hz`, (n,), is the load's frequency. Up to a factor: the first is proportional to the complex
        amplitude of the speed, the second to its conjugate.
        """
        rates, currents_of, fluxes = self.linearised(slip, line_hz)
        carrier = (currents_of @ fluxes)[0] + 1.0 / self.iron_loss_ohm
        (a, b), (c, d) = rates
        sidebands = []
        for hz in (swing_hz, -swing_hz):
            # (jw - A) x = (0, y), two equations, by Cramer's rule; the stator's current is the first row.
            jw = 2j * np.pi * hz
            turned = 1j * fluxes[1] / ((jw - a) * (jw - d) - b * c)
            sidebands.append((currents_of[0, 0] * b + currents_of[0, 1] * (jw - a)) * turned / carrier)
        return sidebands[0], sidebands[1]

    def admittance_s(self, slip: float, line_hz: float, offset_hz: Floats) -> Complexes:
        """Return the stator's current for each volt at `line_hz` + `offset_hz`, siemens, (n,).

        For sidebands of the voltage at `line_hz`, while the rotor's speed stays as it is at `slip`.
        """
        rates, currents_of, _ = self.linearised(slip, line_hz)
        (a, b), (c, d) = rates
        jw = 2j * np.pi * offset_hz
        # (jw - A) x = (1, 0), two equations, by Cramer's rule; the stator's current is the first row.
        determinant = (jw - a) * (jw - d) - b * c
        flux_currents = (currents_of[0, 0] * (jw - d) + currents_of[0, 1] * c) / determinant
        return np.asarray(flux_currents + 1.0 / self.iron_loss_ohm)

    def negative_sequence_ohm(self, slip: float) -> complex:
        """Return Z2, the impedance to a voltage that turns against the rotor: that at the slip 2 - s."""
        stator, _ = self.currents(2.0 - slip)
        return self.phase_voltage_v / stator

    def linearised(self, slip: float, line_hz: float) -> tuple[Complexes, Floats, Complexes]:
        """Return A (2, 2), the currents per flux linkage (2, 2), and the steady flux linkages x_0 (2,).

        From the machine's equations in the frame of a supply of `line_hz`, linear about the operating point,
        stator first, then rotor; flux linkages per volt of the constant voltage:
        dx/dt = A x + b, A = -R / L - j diag(w, s w), and b = (0, j x_r) for each rad/s of the rotor's speed,
        electrical. Iron losses add to the carrier alone.
        """
        per_ohm = 1.0 / (2.0 * np.pi * self.frequency_hz)
        x_m = self.magnetising_ohm
        x_s, x_r = self.stator_leakage_ohm + x_m, self.rotor_leakage_ohm + x_m
        # Two equations, by Cramer's rule: the matrices are so small that a solver costs more.
        inverse = np.array([[x_r, -x_m], [-x_m, x_s]])
        currents_of: Floats = np.asarray(inverse / (per_ohm * (x_s * x_r - x_m * x_m)), np.float64)
        resistances = np.array([[self.stator_resistance_ohm], [self.rotor_resistance_ohm]])
        rates = -resistances * currents_of - 2j * np.pi * line_hz * np.diag([1.0, slip])
        (a, b), (c, d) = rates.tolist()
        fluxes = np.array([-d, c]) / (a * d - b * c)
        return np.asarray(rates, np.complex128), currents_of, fluxes

    def _slip_where(self, quantity: Callable[[float], float], wanted: float) -> float:
        """Invert a quantity that rises with slip up to breakdown."""
        top = self.breakdown_slip
        if quantity(0.0) >= wanted:
            return 0.0
        if quantity(top) <= wanted:
            return top
        return rising_root(quantity, wanted, 0.0, top)

    def torques_nm(self, slips: Floats) -> Floats:
        """Return the air-gap torques, N·m, at many slips."""
        safe = np.where(slips == 0.0, 1.0, slips)
        return np.asarray(self._torques_nm(slips, skin_depth_factor(slips), safe))

    def currents_rms_a(self, slips: Floats) -> Floats:
        """Return the stator currents of one phase, A rms, at many slips."""
        return np.asarray(np.abs(self._currents(slips, skin_depth_factor(slips))[0]))

    def _currents(self, slip: Any, skin: Any) -> tuple[Any, Any]:
        """Return stator and rotor phasors, at one slip or at many; `skin` is how far the skin effect is."""
        leakage = 1.0 + (self.saturation_factor - 1.0) * skin
        stator = self.stator_resistance_ohm + leakage * (1j * self.stator_leakage_ohm)
        rotor = self._rotor_resistance_ohm(skin) + slip * leakage * (1j * self.rotor_leakage_ohm)
        air_gap = 1.0 / self.iron_loss_ohm + 1.0 / (1j * self.magnetising_ohm)
        stator_current = self.phase_voltage_v / (stator + rotor / (rotor * air_gap + slip))
        return stator_current, (self.phase_voltage_v - stator_current * stator) * slip / rotor

    def _rotor_resistance_ohm(self, skin: Any) -> Any:
        return self.rotor_resistance_ohm * (1.0 + (self.skin_factor - 1.0) * skin)

    def _torques_nm(self, slip: Any, skin: Any, safe: Any) -> Any:
        """Return 3 |I_r|² R_r / s over the synchronous speed; `safe` is the slip, or 1 where that is zero."""
        _, rotor = self._currents(slip, skin)
        return 3.0 * abs(rotor) ** 2 * self._rotor_resistance_ohm(skin) / safe / self.synchronous_rad_s


@lru_cache(maxsize=64)
def _breakdown_slip(circuit: Circuit) -> float:
    slips = np.geomspace(0.005, 1.0, 260)
    return float(slips[np.argmax(circuit.torques_nm(slips))])


def typical_rotor_bars(poles: int) -> int:
    """Return the rotor bars to assume where their number is unknown: those of common cages by their poles."""
    return {2: 28, 4: 28, 6: 33}.get(poles, 44)


# A fit takes as long as a window, and each part of an agent asks for that of its plate.
@lru_cache(maxsize=64)
def fit_circuit(nameplate: Nameplate) -> Circuit:
    """Fit the circuit to what the plate says, and to typical values where the plate is silent.

    Least squares over the logarithms of R_s, X_ls, X_m, R_fe, R_r, k_R and k_X in per unit of the rated
    impedance. Torque, current, power factor and efficiency at rated speed weigh most; breakdown and
    starting values, which are assumed, weigh little.
    """
    power_factor, efficiency = _rated_power_factor_and_efficiency(nameplate)
    slip = nameplate.rated_slip
    iron_loss = 20.0 * nameplate.rated_power_kw**0.15
    wanted = np.array(
        [1.0, 1.0, power_factor, efficiency, MAXIMUM_TORQUE, STARTING_TORQUE, STARTING_CURRENT, iron_loss]
    )
    weights = np.array([3.0, 3.0, 3.0, 2.0, 0.7, 0.5, 0.5, 0.3])

    def misfit(logarithms: Floats) -> Floats:
        circuit = _circuit(nameplate, np.exp(logarithms))
        misfits: Floats = weights * np.log(_characteristics(circuit, nameplate) / wanted)
        return misfits

    guess = np.array([0.05, 0.1, 2.0, iron_loss, slip, 1.2, 0.8])
    lowest = np.array([0.004, 0.03, 0.4, 4.0, 0.3 * slip, 1.0, 0.6])
    highest = np.array([0.25, 0.35, 8.0, 200.0, 3.0 * slip, 3.5, 1.0])
    fitted = fit_within(misfit, np.log(guess), np.log(lowest), np.log(highest))
    return _circuit(nameplate, np.exp(fitted))


def _rated_power_factor_and_efficiency(nameplate: Nameplate) -> tuple[float, float]:
    """Return both by the plate's power factor, or by the efficiency that is common at this power."""
    input_kva = 3**0.5 * nameplate.rated_voltage_v * nameplate.rated_current_a / 1000.0
    product = nameplate.rated_power_kw / input_kva
    if nameplate.power_factor is not None:
        return nameplate.power_factor, min(max(product / nameplate.power_factor, 0.2), 0.97)
    efficiency = max(1.0 - 0.19 * nameplate.rated_power_kw**-0.28, 0.4)
    power_factor = min(max(product / efficiency, 0.4), 0.92)
    return power_factor, efficiency


def _circuit(nameplate: Nameplate, per_unit: Floats) -> Circuit:
    """Make a circuit of (R_s, X_ls, X_m, R_fe, R_r, k_R, k_X), resistances and reactances per unit."""
    voltage = nameplate.rated_voltage_v / 3**0.5
    base_ohm = voltage / nameplate.rated_current_a
    r_s, x_ls, x_m, r_fe, r_r = (float(value) * base_ohm for value in per_unit[:5])
    rated_rad_s = nameplate.rated_speed_rpm * np.pi / 30.0
    return Circuit(
        phase_voltage_v=voltage,
        frequency_hz=nameplate.line_frequency_hz,
        pole_pairs=nameplate.pole_pairs,
        stator_resistance_ohm=r_s,
        stator_leakage_ohm=x_ls,
        rotor_leakage_ohm=LEAKAGE_RATIO * x_ls,
        magnetising_ohm=x_m,
        iron_loss_ohm=r_fe,
        rotor_resistance_ohm=r_r,
        skin_factor=float(per_unit[5]),
        saturation_factor=float(per_unit[6]),
        rated_torque_nm=1000.0 * nameplate.rated_power_kw / rated_rad_s,
    )


def _characteristics(circuit: Circuit, nameplate: Nameplate) -> Floats:
    """Return what the fit compares: (8,) per unit of rated values, power factor, efficiency, iron loss."""
    slips = np.concatenate(([nameplate.rated_slip, 1.0], np.geomspace(0.01, 0.9, 40)))
    currents = circuit.currents_rms_a(slips) / nameplate.rated_current_a
    torques = circuit.torques_nm(slips) / circuit.rated_torque_nm
    rated = circuit.currents(nameplate.rated_slip)[0]
    shaft_w = max(torques[0] - FRICTION, 0.01) * 1000.0 * nameplate.rated_power_kw
    input_w = 3.0 * circuit.phase_voltage_v * rated.real
    base_ohm = circuit.phase_voltage_v / nameplate.rated_current_a
    return np.array(
        [
            torques[0] / (1.0 + FRICTION),
            currents[0],
            rated.real / abs(rated),
            shaft_w / input_w,
            torques[2:].max(),
            torques[1],
            currents[1],
            circuit.iron_loss_ohm / base_ohm,
        ]
    )
