"""Sound files for tests."""

import io
import math
import struct
import wave

LOUDEST = 32_767


def tone(frequency: float, seconds: float, *, rate: int = 8_000, amplitude: float = 0.1) -> bytes:
    """A WAV file of a sine of `frequency` Hz; `amplitude`: 0..1."""
    turn = 2 * math.pi * frequency / rate
    count = int(rate * seconds)
    samples = (int(LOUDEST * amplitude * math.sin(turn * place)) for place in range(count))
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(struct.pack(f"<{count}h", *samples))
    return file.getvalue()
