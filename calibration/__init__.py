"""What is done before and beside running the agent: simulating motors, importing recordings, training."""

import edge_agent  # noqa: F401 - its settings of the environment hold before numpy and ONNX Runtime are loaded
