"""Base models, patient models and what they learn from: the adaptive side of Attune."""
