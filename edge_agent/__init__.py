"""An agent that detects broken rotor bars in an induction motor and reports them over MQTT. In reading order:

agent             the whole program on one screen: serial bytes in, fault states out
feed              one DAQ with the motors that it serves; it can be started anew without the others
motor_line        one motor, from its samples to its documents
addressing        which of its motors a command to the agent is for
told_file         what the last event of one motor among several told
source_watch      what is wrong with the source of samples: in the log once, in health while it lasts
reloading         the configuration is read again: what may change changes, the rest is named
remote            does what is asked of a running agent: each command with its fields and its reply
announce          turns verdicts and changes of state into documents for the sinks
device_log        what the log says of a device, once: what its channels allow, why there is no answer
pipeline          from samples to answers: the only caller of analysis, network and diagnosis
motor             the nameplate: all that must be known of a motor in advance
bearings          rolling bearings: in which rhythm damage of each part strikes, and a small catalogue
least_squares     least squares of a few parameters within bounds, for the circuit
circuit           the equivalent circuit, fitted to the nameplate: slip, torque and current of a healthy motor
verdict           the vocabulary of answers: states, severities, reasons, evidence
figures           the ordinary figures of a motor: currents, speed, vibration, running hours
alarm             the latched alarm: raised by the state, it stays until the rotor is proven sound
witness           vibration as the second witness of broken bars, beside the verdict
summary           a verdict in one short sentence, and what to do about it
limits            every number that decides an answer, with its meaning and origin
refusals          the table of reasons for no answer: words and advice; a check that measures raises one
acquire           where samples come from: serial port, drivers, recordings
windows           sliding windows over the sample timeline
signals           a window of samples becomes evidence and images
diagnose          evidence becomes a verdict, and verdicts become a state
audit             which entry of the nameplate cannot be right, by what many windows show
baseline          what is normal for this motor: learned, and what it shows later held against that
load_bins         loads in bins: what is normal changes with the load
conditions        beside broken bars: supply, winding, load, bearings and shaft, each a finding of its own
learned           what many windows teach of a motor: current and slip, and the number of rotor bars
publish           states, events and health go to the broker
web               the HTTP server: metrics, health
running_time      counts the running hours and starts of a motor, and keeps them on disk
starts            starts of a motor and how long they last, from its current in short parts
outlook           how broken bars develop: growth, and when the next severity comes
trend             hours, days and months of a motor on disk, and a forecast
setup             the first configuration, from questions and answers
fleet             many agents from one table: configurations, credentials, access lists
backup            what the agent knows as one archive, and back again
config            the YAML file as typed settings, or every error in it
life              what an agent would have told of recordings over time: states, alarm, baseline
doctor            live checks of port, sensors, broker and computer; the figures on screen; files for support
commands          one module for each command of `edge-agent`
cli               the command line: `edge-agent run`, `check`, `doctor` and the other commands
explain           what a window shows and why its verdict follows, in plain words
explain_channels  sentences about single channels: impossible currents, vibration that shows nothing
capabilities      what the available channels allow and what they do not, in plain words
plot              a picture of a window: spectra with the expected lines, sidebands over time, verdict
health            the state of the agent itself: counted as it runs, read at every heartbeat
free_memory       memory that was freed goes back to the system
captures          samples kept as recordings when something happens
report            one page on an alarm, made of such a recording
state_folder      whether `state_dir` is there, takes files and has room; made again if it is deleted
state_file        small files in `state_dir` that outlive restarts and power cuts
kept              what a part of the agent keeps in such a file: a dataclass, whole or not at all
self_test         the proof that a broken bar would be found: added to a copy of a healthy window
failures          windows whose analysis raised: refused, counted, logged, and kept for inspection
wall_clock        whether the clock of this computer can be believed: only dates depend on it
lookout           ends the agent when its one loop hangs or does not stop, before systemd would
supervision       watched threads, stop signals and systemd: nothing dies or stalls unnoticed
journal           levels of messages as the journal of systemd understands them
json_log          the log as JSON, for programs that collect logs
plain             foreign text within messages: on one line, without control sequences
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
