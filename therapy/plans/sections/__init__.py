"""What a session plan says, a section each; `SessionPlan` puts them together.

The sections follow the reporting guideline for music-based interventions (RG-MBI; Robb et al.,
PMC3141224) and the standards of clinical practice of the American Music Therapy Association.
"""
