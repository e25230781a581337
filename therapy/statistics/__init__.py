"""Estimators behind what staff see of outcomes, from numbers alone: no records, no Django.

Each says where it comes from. Words that are used throughout: `before` and `after` are moods on
−1..1, one of each in a session; intervals are of 95 % unless they say otherwise.
"""
