"""LOINC codes of forms, questions and answers. Those of scores are with the measures' scales.

From loinc.org: the panels 44249-1 and 69729-2 (PHQ-SADS, which has the GAD-7) for the questions,
the answer lists LL358-3 and LL359-1.
"""

PANELS = {"phq9": "44249-1", "gad7": "69737-5", "phq4": "69724-3"}

ITEMS = {
    "phq9-1": "44250-9",
    "phq9-2": "44255-8",
    "phq9-3": "44259-0",
    "phq9-4": "44254-1",
    "phq9-5": "44251-7",
    "phq9-6": "44258-2",
    "phq9-7": "44252-5",
    "phq9-8": "44253-3",
    "phq9-9": "44260-8",
    "phq9-function": "69722-7",
    "gad7-1": "69725-0",
    "gad7-2": "68509-9",
    "gad7-3": "69733-4",
    "gad7-4": "69734-2",
    "gad7-5": "69735-9",
    "gad7-6": "69689-8",
    "gad7-7": "69736-7",
    "phq4-1": "69725-0",
    "phq4-2": "68509-9",
    "phq4-3": "44250-9",
    "phq4-4": "44255-8",
}

ANSWERS = {
    "frequency": ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"),
    "difficulty": ("LA6572-7", "LA6573-5", "LA6575-0", "LA6574-3"),  # LOINC's ids are not in order
}
"""Codes by the key of the choices, in their order."""
