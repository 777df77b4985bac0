"""What does not change from window to window as JSON, and the unit of each key."""

import json
from dataclasses import Field, fields, replace
from typing import Any

import pytest
from plates import PLATE, a_nameplate
from schemas import check_payload

from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.diagnose.manifest import Figure
from edge_agent.figures import Figures, RunningTime
from edge_agent.publish.documents import Info, Origin
from edge_agent.publish.info_payload import info_payload, unit_of_key
from edge_agent.publish.json_values import encode
from edge_agent.publish.payloads import payload_of
from edge_agent.verdict import Evidence

CURRENT = Channel("ia", ChannelKind.CURRENT, "A", 0.01, -3.0, 20.0, "a")
VIBRATION = Channel("vib", ChannelKind.VIBRATION, "m/s2", 0.5, axis="radial")
DAQ = Device("daq", "17", "1.0", (Stream(0, 10_000.0, (CURRENT,)), Stream(2, 500.5, (VIBRATION,))))
FIGURE = Figure("healthy_against_broken", "leave_one_motor_out", 0.97, (0.91, 0.99), 120, 4)
INFO = Info(
    origin=Origin("pump-7", "motor-1", "brb-fusion", "ab" * 32),
    nameplate=a_nameplate(id="motor-1", rotor_bars=28),
    device=DAQ,
    can_tell=("three phase currents", "phase order is known"),
    accuracy=(FIGURE,),
    unix_s=1_795_410_662.125,
)


def as_read(info: Info) -> dict[str, Any]:
    """Return the payload as a subscriber reads it, held against its schema."""
    payload = json.loads(encode(info_payload(info)))
    check_payload("info", payload)
    return dict(payload)


def test_it_says_whose_it_is_and_which_model_answers() -> None:
    payload = as_read(INFO)
    assert [payload[key] for key in ("schema", "agent", "motor", "time")] == [
        *(1, "pump-7", "motor-1"),
        "2026-11-23T05:11:02.125Z",
    ]
    assert payload["model"] == {"name": "brb-fusion", "sha256": "ab" * 32}
    assert payload["can_tell"] == ["three phase currents", "phase order is known"]


def test_the_nameplate_is_that_of_the_configuration() -> None:
    plate = as_read(INFO)["nameplate"]
    assert plate == json.loads(INFO.nameplate.model_dump_json())
    assert (plate["rated_power_kw"], plate["rotor_bars"]) == (0.75, 28)


def test_the_device_is_told_with_its_streams_and_channels() -> None:
    assert as_read(INFO)["device"] == {
        "name": "daq",
        "serial_number": "17",
        "firmware": "1.0",
        "streams": [
            {
                "number": 0,
                "rate_hz": 10_000.0,
                "channels": [
                    {
                        "name": "ia", "kind": "current", "unit": "A", "scale": 0.01, "offset": -3.0,
                        "full_scale": 20.0, "phase": "a", "axis": None,
                    }
                ],
            },
            {
                "number": 2,
                "rate_hz": 500.5,
                "channels": [
                    {
                        "name": "vib", "kind": "vibration", "unit": "m/s2", "scale": 0.5, "offset": 0.0,
                        "full_scale": None, "phase": None, "axis": "radial",
                    }
                ],
            },
        ],
    }  # fmt: skip


def test_before_the_device_is_known_it_is_null_and_the_keys_are_the_same() -> None:
    before = as_read(replace(INFO, device=None))
    assert before["device"] is None
    assert list(before) == list(as_read(INFO))


def test_each_accuracy_has_its_interval_and_what_it_rests_on() -> None:
    assert as_read(INFO)["accuracy"] == [
        {
            "name": "healthy_against_broken",
            "protocol": "leave_one_motor_out",
            "value": 0.97,
            "interval": [0.91, 0.99],
            "recordings": 120,
            "motors": 4,
        }
    ]
    assert as_read(replace(INFO, accuracy=()))["accuracy"] == []


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("line_frequency_hz", "Hz"),
        ("lower_sideband_dbc", "dBc"),
        ("shaft_sidebands_db", "dB"),
        ("ellipse_angle_deg", "deg"),
        ("speed_rpm", "rpm"),
        ("running_hours", "h"),
        ("current_a", "A"),
        ("last_start_s", "s"),
        ("vibration_mm_s", "mm/s"),
        ("voltage_v", "V"),
        ("voltage_unbalance", "1"),
        ("power_kw", "kW"),
        ("power_factor", "1"),
        ("energy_kwh", "kWh"),
        ("vibration_m_s2_rms", "m/s2"),
        ("equivalent_bars", "bars"),
        ("equivalent_bars_interval", "bars"),
        *((ratio, "1") for ratio in ("slip", "load", "current_unbalance", "ellipse_axis_ratio", "thd")),
        *((word, None) for word in ("phase_order", "modalities_agree", "equivalent_bars_by", "running")),
        *((count, None) for count in ("starts", "")),
    ],
)
def test_the_end_of_a_key_tells_its_unit(key: str, unit: str | None) -> None:
    assert unit_of_key(key) == unit


@pytest.mark.parametrize(
    "field",
    [field for kind in (Evidence, Figures, RunningTime) for field in fields(kind)],
    ids=lambda field: field.name,
)
def test_every_number_that_is_published_has_a_unit_and_nothing_else_has(field: Field[Any]) -> None:
    units = as_read(INFO)["units"]
    assert (field.name in units) == ("float" in str(field.type))
    assert units.get(field.name) == unit_of_key(field.name)


def test_the_plain_plate_is_enough() -> None:
    as_read(replace(INFO, nameplate=PLATE, device=None, can_tell=(), accuracy=()))


def test_the_document_becomes_this_payload() -> None:
    assert payload_of(INFO) == info_payload(INFO)
