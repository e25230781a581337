"""What an evaluation found, as figures: how errors fall with the ratings given, whether stated
uncertainty is true, and what is certain about the difference to a plain learner.

Drawn from the JSON that `manage.py evaluate --json` writes, the same bytes for the same JSON.
"""

from adaptation.learning.evaluation import figure_curves, figure_differences, figure_uncertainty
from adaptation.learning.evaluation.figure_style import style
from adaptation.learning.evaluation.told import Told, baselines_of, check


def draw(result: Told) -> dict[str, bytes]:
    """SVG files by name. Raises told.NotReadable."""
    check(result)
    with style():
        return {
            "cold-start": figure_curves.draw(result),
            "calibration": figure_uncertainty.draw(result),
            **{
                f"less-{baseline}": figure_differences.draw(result, baseline)
                for baseline in baselines_of(result)
            },
        }
