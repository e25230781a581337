"""Geometry of the drawings on the staff's pages: arithmetic, no records and no markup.

All lengths are units of a drawing's view box, y downward as in SVG.
"""
