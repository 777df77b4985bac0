"""An agent that hears broken rotor bars in an induction motor, and says so over MQTT."""

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
