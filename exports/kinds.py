"""In which kinds things are delivered, and what each is made of."""

from collections.abc import Mapping
from typing import Final

FORMAT: Final = "attune-bundle-1"
"""Of a bundle and its manifest."""

FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "adapt": ("onnx", "coreml-float32"),
    "playlist": ("onnx", "coreml-float32", "coreml-float16"),
}
"""Which formats each graph is converted to. Adapting a belief in 16-bit floats would lose it."""

BUNDLES: Final[Mapping[str, Mapping[str, str]]] = {
    "onnx": {"adapt": "onnx", "playlist": "onnx"},
    "coreml": {"adapt": "coreml-float32", "playlist": "coreml-float32"},
    "coreml-float16": {"adapt": "coreml-float32", "playlist": "coreml-float16"},
}
"""The format of each graph in a bundle, by the bundle's kind."""

FILES: Final[Mapping[str, str]] = {"onnx": "onnx", "coreml": "coreml-float32"}
"""The kinds of self-contained files, and which format of the playlist each is made from."""

PLATFORMS: Final[Mapping[str, str]] = {"web": "onnx", "android": "onnx", "ios": "coreml"}
"""Which kind of bundle a phone gets unless it asks for another."""
