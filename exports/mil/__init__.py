"""A small reader of Core ML ML Programs, in NumPy: it runs an `.mlpackage` where no Mac is.

It exists to check what we deliver against the bytes on disk and covers the operations that our
graphs use, no more. Semantics follow the MIL specification (coremltools `MIL.proto` and the
documentation of its operations).
"""

from exports.mil.program import Program, UnreadableProgram

__all__ = ["Program", "UnreadableProgram"]
