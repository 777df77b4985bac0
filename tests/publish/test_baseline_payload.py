"""The baseline as JSON."""

import json

import pytest
from schemas import check_payload

from edge_agent.baseline.recognition import Change
from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.publish.documents import Baseline, Origin
from edge_agent.publish.payloads import encode, payload_of

ORIGIN = Origin("pump-7", "pump-7-motor", "brb-fusion", "ab" * 32)
LEARNED = BaselineStatus(
    BaselineState.LEARNED,
    Change.GROWTH,
    progress=1.0,
    hours=24.00333,
    looks={"0.70-0.85": 7125},
    reference_bars={"0.70-0.85": 0.081234},
    growth_bars=0.15151,
    growth=0.61,
    growth_limit=0.5,
    looks_since_learned=8123,
    false_alarms_per_year_proven=0.0876543,
    false_alarms_per_year_allowed=0.1,
    reason="the bars grow",
)


def test_what_is_known_is_told_with_the_decimals_that_mean_something() -> None:
    assert encode(payload_of(Baseline(ORIGIN, LEARNED, 1_795_410_662.125))).decode() == (
        '{"schema":1,"agent":"pump-7","motor":"pump-7-motor","time":"2026-11-23T05:11:02.125Z",'
        '"state":"learned","change":"growth","progress":1.0,"hours":24.0,"looks":{"0.70-0.85":7125},'
        '"reference_bars":{"0.70-0.85":0.081},"growth_bars":0.152,"growth":0.61,"growth_limit":0.5,'
        '"looks_since_learned":8123,"false_alarms_per_year_proven":0.087654,'
        '"false_alarms_per_year_allowed":0.1,"reason":"the bars grow"}'
    )


@pytest.mark.parametrize("status", [LEARNED, *(BaselineStatus(state) for state in BaselineState)])
def test_every_baseline_is_as_the_schema_says(status: BaselineStatus) -> None:
    payload = json.loads(encode(payload_of(Baseline(ORIGIN, status, 0.0))))
    check_payload("baseline", payload)
    if status is not LEARNED:
        assert payload["false_alarms_per_year_proven"] is None
        assert payload["growth_limit"] is None
