"""The shipped model: its ONNX file, digest, float weights and card (README.md)."""
