"""What holds for every dashboard of Grafana."""

from typing import Any


def assert_no_two_panels_overlap(dashboard: dict[str, Any]) -> None:
    """No two panels share a number or a place."""
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
