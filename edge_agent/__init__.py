"""An agent that hears broken rotor bars in an induction motor, and says so over MQTT. In reading order:

agent             the whole program on one screen: serial bytes in, fault states out
source_watch      what is wrong with the source of samples: once in the log, in health while it lasts, as a
announce          what is said of a motor's verdicts: documents for the sinks
device_log        what the log says of a device, once: what its channels allow, and why there is no answer
motor             the nameplate: all that must be known of a motor beforehand
circuit           the motor's equivalent circuit, fitted to its nameplate: slip, torque and current of a
verdict           what is said of a motor: a state with its evidence, or why none can be given
limits            decision limits: every number that splits a verdict or is published as the `limit` of a
refusals          why no answer can be given
acquire           where samples come from
windows           sliding windows over the sample timeline
signals           from a window of samples to what it shows
diagnose          from what a window shows to a verdict, and from verdicts to a state
publish           from verdicts to the broker
config            the YAML file as typed settings, or every problem in it
commands          one module for each command of `edge-agent`
cli               the command line: `edge-agent run | check | replay | ports | bench`
explain           what a window shows and why its verdict follows, in words for whoever looks after the motor
explain_channels  what is said of single channels: of currents that cannot be, and of vibration that tells
capabilities      what can and what cannot be said with the channels that are there, in plain words
plot              a picture of a window: the spectra with the expected lines, the sidebands over time, the
health            how the agent itself is: counted as it goes, read at every heartbeat
failures          windows whose analysis raised: each costs itself, is counted, logged once per kind and
supervision       nothing dies or stalls unnoticed: watched threads, the signals that stop us, and what
plain             text of others within messages: on one line, and without anything that a terminal would obey
models            the shipped model: its ONNX file, digest, float weights and card (README.md)
"""

import os

# Before numpy is loaded: the arrays here are small, and threads that wait for each other cost more
# than they bring (on two busy cores a window took twenty times as long).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Before ONNX Runtime is loaded: since 1.29 it keeps a device id in the user's cache and reports processes and
# models to its maker unless the first variable is set; builds between two releases read the second one. Both
# are inherited by child processes. A value of the user's own does not count: nothing leaves a plant unasked.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["ORT_TELEMETRY_DISABLED"] = "1"

__version__ = "0.1.0"
