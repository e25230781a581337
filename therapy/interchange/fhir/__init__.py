"""A patient's record as resources of HL7 FHIR R4 (4.0.1), a module for each kind.

docs/interchange.md has the mapping field by field. Resources are dictionaries as JSON has them, and
are checked before they leave (checked.py).
"""
