"""Patients who come as a file."""
