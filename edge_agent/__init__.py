"""An agent that hears broken rotor bars in an induction motor, and says so over MQTT."""

import os

# Before numpy is loaded: the arrays here are small, and threads that wait for each other cost more
# than they bring (on two busy cores a window took twenty times as long).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
