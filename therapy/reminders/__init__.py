"""Reminders: when a patient is told that a session is due, by what, and what became of each."""
