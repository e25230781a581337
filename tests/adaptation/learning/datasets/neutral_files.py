"""A set of ratings written in neutral form."""

import csv
import json
from pathlib import Path

import numpy as np

from adaptation.learning.ratings import RatingSet


def write(folder: Path, data: RatingSet) -> Path:
    """A set in neutral form, with everything that the form can say."""
    names = [target.name for target in data.targets]
    optional = ["order", "series", "auxiliary", "pre_valence", "pre_arousal"]
    with (folder / "ratings.csv").open("w", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(["user", "item", *names, *optional])
        for row in range(len(data)):
            mood = ["" if np.isnan(value) else value for value in data.mood[row]]
            told = [data.order[row], data.series[row], int(data.auxiliary[row]), *mood]
            keys = [data.user_keys[data.user[row]], data.item_keys[data.item[row]]]
            table.writerow([*keys, *data.answers[row], *told])
    with (folder / "items.csv").open("w", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(["item", *data.feature_names])
        table.writerows([key, *row] for key, row in zip(data.item_keys, data.features, strict=True))
    with (folder / "users.csv").open("w", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(["user", *data.groups])
        table.writerows(zip(data.user_keys, *data.groups.values(), strict=True))
    scales = {
        target.name: {
            name: getattr(target, name)
            for name in ("low", "high", "liked_from")
            if getattr(target, name) is not None
        }
        for target in data.targets
    }
    description = {"name": data.name, "licence": data.licence, "targets": scales}
    (folder / "data.json").write_text(json.dumps(description))
    return folder
