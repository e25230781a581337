"""The composer: a seeded score for a mood, and the sound of it.

``compose`` writes by rule. Whatever else offers the ``Composer`` signature, a trained model for
one, can take its place: the renderer and the catalogue know only the ``Score``.
"""

from adaptation.composing.catalogue import STARTER_CATALOGUE, Piece
from adaptation.composing.rendering import render
from adaptation.composing.rules import compose
from adaptation.composing.score import Composer, Note, Part, Score
from adaptation.composing.writing import level, write_piece

__all__ = [
    "STARTER_CATALOGUE",
    "Composer",
    "Note",
    "Part",
    "Piece",
    "Score",
    "compose",
    "level",
    "render",
    "write_piece",
]
