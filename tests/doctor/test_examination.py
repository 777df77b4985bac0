"""All checks in their order; a running agent keeps its port."""

import fcntl
from pathlib import Path

from doctored import a_site, playing, recording

from edge_agent.doctor.examination import examine
from edge_agent.doctor.result import Mark
from edge_agent.publish.only_one import LOCK_FILE


def test_the_port_of_a_running_agent_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with (tmp_path / "state" / LOCK_FILE).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        results = {result.name: result for result in examine(a_site(tmp_path))}
    assert list(results) == ["clock", "disk", "model", "port", "service", "broker"]
    assert results["port"].mark is Mark.OK
    assert "in use by the agent" in results["port"].what
    assert "stop it" in results["port"].advice


def test_a_fault_of_one_thing_does_not_keep_the_others_from_being_tested(tmp_path: Path) -> None:
    """The model is damaged and the broker is away; the sensors are tested all the same."""
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with playing(tmp_path / "port", recording(), speed=4.0):
        results = list(examine(a_site(tmp_path, model=f"{{file: {tmp_path / 'model.onnx'}}}")))
    marks = {result.name: result.mark for result in results}
    assert marks["model"] is marks["broker"] is Mark.FAIL
    assert marks["channels"] is marks["plate"] is Mark.OK
