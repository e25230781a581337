"""The array types of this package."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""Real numbers of whatever precision; the docstrings give shapes and units."""

Samples = NDArray[np.float32]
"""Audio: [n] for mono, [n, channels] for a block as decoded; full scale is ±1."""
