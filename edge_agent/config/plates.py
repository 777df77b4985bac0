"""Check whether power, voltage and current of a nameplate are those of one connection, star or delta."""

MIN_SHARE_OF_USUAL, MAX_SHARE_OF_USUAL = 0.66, 1.3
"""Power factor times efficiency that is believed, as a share of the usual one.

Judgement on catalogues of 1 to 400 kW and 2 to 12 poles, which span 0.77 to 1.12; the current of the delta
connection with the voltage of the star, or the other way round, changes it by sqrt(3).
"""
SURE_FROM_KW = 1.0
"""Rated power from which a plate out of these shares cannot be right.

Judgement: small motors differ more, and one of 0.56 kW that draws twice the usual current was measured.
"""
_USUAL_POWER_FACTORS = {2: 0.86, 4: 0.80, 6: 0.74, 8: 0.70}
"""Power factor at rated load by poles, middle of the same catalogues."""
_USUAL_POWER_FACTOR_OF_MANY_POLES = 0.62
"""That of ten poles and more, from the same."""


def strange_power(
    power_kw: float, voltage_v: float, current_a: float, poles: float, power_factor: float | None = None
) -> str | None:
    """Return how power, voltage and current fail to fit; None if they are those of a usual motor."""
    input_kva = 3**0.5 * voltage_v * current_a / 1000.0
    efficiency = max(1.0 - 0.19 * power_kw**-0.28, 0.4)
    usual = power_factor or _USUAL_POWER_FACTORS.get(round(poles), _USUAL_POWER_FACTOR_OF_MANY_POLES)
    share = power_kw / input_kva / (efficiency * usual)
    if MIN_SHARE_OF_USUAL <= share <= MAX_SHARE_OF_USUAL:
        return None
    amount, connections = (
        ("much", "delta with the voltage of the star")
        if share < 1
        else ("little", "star with the voltage of the delta")
    )
    other_a = current_a / 3**0.5 if share < 1 else current_a * 3**0.5
    return (
        f"{current_a:g} A at {voltage_v:g} V are {amount} for {power_kw:g} kW, where about "
        f"{_rounded(current_a * share, 2)} A are usual. Is it the current of the {connections}? A plate of "
        f"230/400 V shows a current for each; the other one would be {_rounded(other_a, 3)} A"
    )


def _rounded(value: float, digits: int) -> str:
    """Return a number of so many digits, without an exponent."""
    return f"{float(f'{value:.{digits}g}'):g}"
