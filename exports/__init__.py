"""Model packages: graphs converted to ONNX and Core ML, checked against PyTorch, delivered."""
