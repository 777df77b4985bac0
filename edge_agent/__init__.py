"""An agent that hears broken rotor bars in an induction motor, and says so over MQTT."""

__version__ = "0.1.0"
