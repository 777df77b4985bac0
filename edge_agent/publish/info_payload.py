"""What does not change from window to window as JSON: motor, sensors, model, and the unit of each key."""

from dataclasses import asdict, fields

from edge_agent.acquire.samples import Device
from edge_agent.figures import Figures, RunningTime
from edge_agent.publish.documents import Info
from edge_agent.publish.json_values import SCHEMA, Payload, iso_time
from edge_agent.verdict import Evidence

_RATIOS = frozenset(
    {
        "slip",
        "scanned_slips",
        "load",
        "current_unbalance",
        "ellipse_axis_ratio",
        "rotor_resistance_ratio",
        "thd",
        "voltage_unbalance",
        "power_factor",
    }
)
"""Keys of ratios, which name no unit."""
_UNITS = {
    "_m_s2_rms": "m/s2",
    "_mm_s": "mm/s",
    "_hz": "Hz",
    "_dbc": "dBc",
    "_db": "dB",
    "_deg": "deg",
    "_rpm": "rpm",
    "_hours": "h",
    "_a": "A",
    "_v": "V",
    "_kw": "kW",
    "_kwh": "kWh",
    "_s": "s",
    "_bars": "bars",
    "_bars_interval": "bars",
}
"""Units by the end of a key; the first that fits counts."""


def info_payload(info: Info) -> Payload:
    """Return what is published of motor, sensors and model."""
    return {
        "schema": SCHEMA,
        "agent": info.origin.agent,
        "motor": info.origin.motor,
        "time": iso_time(info.unix_s),
        "nameplate": info.nameplate.model_dump(mode="json"),
        "device": None if info.device is None else _device(info.device),
        "units": _units(),
        "model": {"name": info.origin.model_name, "sha256": info.origin.model_sha256},
        "accuracy": [asdict(figure) | {"interval": list(figure.interval)} for figure in info.accuracy],
        "can_tell": list(info.can_tell),
        "plate_findings": [asdict(finding) for finding in info.plate_findings],
    }


def _device(device: Device) -> Payload:
    return {
        "name": device.name,
        "serial_number": device.serial_number,
        "firmware": device.firmware,
        "streams": [
            {
                "number": stream.number,
                "rate_hz": stream.rate_hz,
                "channels": [asdict(channel) for channel in stream.channels],
            }
            for stream in device.streams
        ],
    }


def _units() -> Payload:
    """Return the unit of each number in states, diagnoses and measurements, by its key."""
    names = [field.name for kind in (Evidence, Figures, RunningTime) for field in fields(kind)]
    return {name: unit for name in names if (unit := unit_of_key(name)) is not None}


def unit_of_key(key: str) -> str | None:
    """Return the unit that the name of a key ends with; `1` for ratios, None for what is no number."""
    if key in _RATIOS:
        return "1"
    return next((unit for suffix, unit in _UNITS.items() if key.endswith(suffix)), None)
