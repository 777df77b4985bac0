"""An agent of several motors: a choice, a page each, and one set of metrics."""

from dataclasses import replace
from pathlib import Path

from said import BROKEN, ORIGIN, SILENT
from serving import free_port, get, http_settings, wait_for

from edge_agent.publish.documents import State
from edge_agent.publish.settings import HttpSettings
from edge_agent.web.sink import open_sink


def test_each_motor_has_its_page_and_the_root_leads_to_them(tmp_path: Path) -> None:
    port = free_port()
    settings = replace(http_settings(tmp_path, HttpSettings(port=port)), motors=("pump", "fan"))
    web = open_sink(settings)
    assert web is not None
    for motor, verdict in (("pump", SILENT), ("fan", BROKEN)):
        web.take(State(replace(ORIGIN, motor=motor), verdict, 1.0))
    assert [view.newest.state and view.newest.state.verdict for view in web.views] == [SILENT, BROKEN]
    with web:
        wait_for(port, "/healthz", lambda answer: True)
        root = get(port, "/")
        assert (root.status, root.headers["x-content-type-options"]) == (200, "nosniff")
        assert 'href="motor/pump/"' in root.text
        assert 'href="motor/fan/"' in root.text
        assert get(port, "/motor/fan/").text == get(port, "/motor/pump/").text
        assert get(port, "/motor/fan/static/page.js").status == get(port, "/static/page.css").status == 200
        assert get(port, "/motor/crane/").status == 404
        families = [line for line in get(port, "/metrics").text.splitlines() if "motor_state" in line]
        assert sum(line.startswith("# TYPE") for line in families) == 1
        assert {'motor="pump"' in line for line in families} == {True, False}
        assert 'edge_agent_motor_state{motor="fan",state="broken_bars"} 1.0' in families
