"""An alarm as a live agent leaves it: the capture, and the state folder beside it."""

import json
from array import array
from collections import Counter
from pathlib import Path

from live_line import a_motor_whose_bars_break, an_agent, hear
from plates import plate_yaml

from edge_agent.acquire.recordings import replay_blocks
from edge_agent.diagnose.model import Model
from edge_agent.trend.tally import BinTally, HourTally
from edge_agent.trend.trend_file import Bounds, TrendFile

HOSTILE = "<script>alert('x')</script><img src=http://example.com/x>"


def an_alarm(folder: Path) -> Path:
    """Let an agent find broken bars; return the capture that it keeps of that."""
    plate, captures = plate_yaml(id="pump-7"), "{when: events, seconds_before: 6, seconds_after: 2}"
    window = "{length_s: 6, step_s: 2}"
    agent, _, _ = an_agent(folder, Model.load("builtin"), plate, captures, window)
    motor = a_motor_whose_bars_break(1_000_006)
    hear(agent, motor.device, replay_blocks(motor, 0.1))
    (path,) = (folder / "captures").glob("*_broken_bars.npz")
    return path


def acknowledged(folder: Path, by: str, note: str) -> None:
    """Have somebody acknowledge the alarm of a state folder, and tell what was found."""
    path = folder / "alarm.json"
    alarm = json.loads(path.read_text())
    alarm["acknowledged"] = {"by": by, "at_unix_s": alarm["since_unix_s"] + 60, "note": note}
    alarm["feedback"] = {"right": True, "at_unix_s": alarm["since_unix_s"] + 900, "found": "two bars cracked"}
    path.write_text(json.dumps(alarm))


def a_trend(folder: Path, last_hour: int, days: int = 30) -> None:
    """Write a trend whose bars grow by a twentieth a day, and running hours."""
    file = TrendFile(folder / "trend.sqlite3", Bounds())
    tallies = {}
    for day in range(days):
        tally = HourTally()
        tally.bins[3] = BinTally(9, array("d", [0.05 * (day + 0.1 * n) for n in range(9)]), 0.02, Counter())
        tallies[last_hour - 24 * (days - day)] = tally
    file.add(tallies, last_hour + 1)
    file.close()
    running = {"version": 1, "running_hours": 4312.4, "starts": 212, "last_start_s": 1.3}
    (folder / "running_time.json").write_text(json.dumps(running))
