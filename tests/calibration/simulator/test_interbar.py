"""Inter-bar current against the table of what it takes off the asymmetry."""

import numpy as np
import pytest

from calibration.simulator.interbar import interbar_shrink

RATIOS = (30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05)
TABLE_DB = {
    (1, 0.5): (0, -0.2, -0.3, -0.7, -1.3, -2.4, -4.6, -6.6, -8.8),
    (1, 0.0): (-0.2, -0.5, -1.0, -2.2, -3.6, -5.6, -8.7, -11.1, -13.6),
    (4, 0.5): (0, -0.1, -0.1, -0.3, -0.5, -0.8, -1.7, -2.9, -4.4),
    (4, 0.0): (-0.1, -0.2, -0.3, -0.7, -1.3, -2.3, -4.4, -6.5, -9.0),
}
"""Change of the asymmetry by (bars, axial position), dB, over `RATIOS`."""


def shrink_db(bars: int, ratio: float, position: float) -> float:
    return float(20 * np.log10(interbar_shrink(34, 2, 0.3, tuple(range(bars)), ratio, position)))


@pytest.mark.parametrize(("bars", "position"), TABLE_DB)
def test_table_of_inter_bar_current(bars: int, position: float) -> None:
    """34 bars, p = 2, ring share 0.3, one slot of skew."""
    found = [shrink_db(bars, ratio, position) for ratio in RATIOS]
    assert found == pytest.approx(TABLE_DB[bars, position], abs=0.15)


def test_insulated_bars_lose_nothing() -> None:
    assert interbar_shrink(34, 2, 0.3, (0,), 1e6, 0.5) == 1.0


def test_a_sound_cage_has_nothing_to_lose() -> None:
    assert interbar_shrink(34, 2, 0.3, (), 0.1, 0.5) == 1.0
