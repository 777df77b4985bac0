"""Which topics the access list lets through: those of the shipped one, and one that is too old."""

from pathlib import Path

import pytest
from doctored import a_site, of
from test_doctor_broker import PASSWORD, SHIPPED_ACL, guarded

from edge_agent.doctor.broker import check_broker
from edge_agent.doctor.result import Mark, Result


def examined(folder: Path, port: int) -> Result:
    (folder / "password").write_text(PASSWORD)
    more = f", username: pump-7, password_file: {folder / 'password'}"
    settings = a_site(folder, port, mqtt_more=more, homeassistant="{enabled: true}")
    (result,) = of(list(check_broker(settings, all_topics=True)), "topics")
    return result


def test_the_shipped_access_list_lets_every_kind_of_topic_through(tmp_path: Path) -> None:
    with guarded(tmp_path, SHIPPED_ACL.read_text()) as broker:
        assert examined(tmp_path, broker.port).mark is Mark.OK


@pytest.mark.parametrize(
    "missing", ["edge-agent/%u/+/alarm", "edge-agent/%u/reply/#", "homeassistant/device/%u/+/config"]
)
def test_an_access_list_that_is_too_old_is_named_by_the_topic(tmp_path: Path, missing: str) -> None:
    older = "".join(line for line in SHIPPED_ACL.read_text().splitlines(True) if missing not in line)
    with guarded(tmp_path, older) as broker:
        result = examined(tmp_path, broker.port)
    topic = missing.replace("%u", "pump-7").replace("+", "doctor").replace("#", "doctor")
    assert result.mark is Mark.FAIL
    assert result.what == f"the broker does not let us write {topic}"
