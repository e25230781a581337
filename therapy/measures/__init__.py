"""Questionnaires and scales: versioned definitions, and their scoring. No Django, no records."""
