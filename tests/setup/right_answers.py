"""Answers with which a file is right."""

from edge_agent.setup.questions import Answers

RIGHT: Answers = {
    ("motor", "id"): "m",
    ("motor", "rated_power_kw"): "0.75",
    ("motor", "rated_voltage_v"): "220",
    ("motor", "rated_current_a"): "2.98",
    ("motor", "line_frequency_hz"): "60",
    ("motor", "rated_speed_rpm"): "1715",
    ("motor", "poles"): "4",
    ("acquisition", "driver"): "block_frames",
    ("acquisition", "port"): "/dev/none",
    ("mqtt", "host"): "localhost",
}
SETTINGS = [f"{'.'.join(str(step) for step in key)}={value}" for key, value in RIGHT.items()]
