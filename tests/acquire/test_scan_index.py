"""The index of scans that nobody numbers."""

import pytest

from edge_agent.acquire.drivers.scan_index import ScanIndex


def test_scans_are_counted_on() -> None:
    index = ScanIndex(1000.0, 12.0)
    index.advance(7)
    index.advance(5)
    assert index.next == 12


@pytest.mark.parametrize(("before", "after"), [(100, 24_100), (24_000, 48_000), (24_001, 0), (10**9, 0)])
def test_after_an_unknown_gap_no_window_holds_scans_from_both_sides(before: int, after: int) -> None:
    index = ScanIndex(1000.0, 12.0)
    index.advance(before)
    index.begin_anew()
    assert index.next == after
    assert after + 12_000 <= before - 12_000 or after >= before + 24_000
