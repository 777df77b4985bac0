"""Tables of a fleet, for tests."""

from pathlib import Path

COLUMNS = {
    "site": "hall-1",
    "agent.id": "",
    "motor.id": "",
    "motor.rated_power_kw": "0.75",
    "motor.rated_voltage_v": "220",
    "motor.rated_current_a": "2.98",
    "motor.line_frequency_hz": "60",
    "motor.rated_speed_rpm": "1715",
    "motor.poles": "4",
    "acquisition.port": "/dev/ttyACM0",
    "mqtt.host": "localhost",
}
"""The columns, with a right value of each."""


def a_row(name: str, **cells: str) -> dict[str, str]:
    """Return the row of an agent; `cells` are named with __ for dots, e.g. `motor__poles`."""
    own = {"agent.id": name, "motor.id": f"{name}-motor"}
    return COLUMNS | own | {key.replace("__", "."): value for key, value in cells.items()}


def a_table(file: Path, *rows: dict[str, str], delimiter: str = ",") -> Path:
    """Write a table of such rows."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    lines = [header, *([row.get(name, "") for name in header] for row in rows)]
    file.write_text("".join(delimiter.join(line) + "\n" for line in lines))
    return file
