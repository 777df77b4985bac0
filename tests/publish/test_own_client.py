"""The client tells when its thread ends, whatever ended it."""

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from edge_agent.publish.mqtt.own_client import OwnClient


@pytest.mark.parametrize("error", [None, MemoryError(), ValueError("x")])
def test_its_owner_is_told_of_the_end_and_of_what_ended_it(
    monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    def work(*given: object) -> MQTTErrorCode:
        if error is not None:
            raise error
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    monkeypatch.setattr(Client, "loop_forever", work)
    client = OwnClient(CallbackAPIVersion.VERSION2)
    told: list[Exception | None] = []
    client.ended = told.append
    client.loop_forever()
    assert told == [error]
