"""A small copy of the layout in which SiTunes is published; the numbers are made up."""

import csv
from collections.abc import Sequence
from pathlib import Path

FILES = (
    "music_metadata/music_info.csv",
    "music_metadata/music_info_withname.csv",
    "Stage1/interactions.csv",
    "Stage2/interactions.csv",
    "Stage3/interactions.csv",
)
START = 1625015348  # 30 June 2021, 01:09:08 UTC

_GIVEN = (
    *("popularity", "loudness", "danceability", "energy", "key", "speechiness", "acousticness"),
    *("instrumentalness", "valence", "tempo", "general_genre_id", "duration"),
)
_OPENSMILE = (
    *("F0final_sma_amean", "F0final_sma_stddev", "audspec_lengthL1norm_sma_stddev"),
    *("pcm_RMSenergy_sma_stddev", "pcm_fftMag_psySharpness_sma_amean"),
    *("pcm_fftMag_psySharpness_sma_stddev", "pcm_zcr_sma_amean", "pcm_zcr_sma_stddev"),
)
_SEVEN = (22.0, -12.9, 0.59, 0.34, 0, 0.03, 0.6, 0.00003, 0.503, 126.951, 0, 204200.0)
_EIGHT = (31.0, -5.3, 0.52, 0.82, 7, 0.04, 0.0001, 0.636, 0.595, 119.08, 1, 184480.0)
_SOUND = (109.7, 60.2, 1.16, 0.0735, 0.506, 0.987, 0.0443, 0.105)
_PADDING = ("",) * 10 + (1, "")

Rows = Sequence[Sequence[object]]

TABLES: dict[str, Rows] = {
    FILES[0]: (
        ("", "item_id", *_GIVEN, *_OPENSMILE, "general_genre"),
        (0, 7, *_SEVEN, *_SOUND, "jazz"),
        (1, 8, *_EIGHT, *_SOUND, "rock"),
        (2, -1, *_PADDING, *_SOUND, "other"),
    ),
    FILES[1]: (
        ("i_id_c", *_GIVEN, *_OPENSMILE, "general_genre", "music", "singer"),
        (7.0, *_SEVEN, *_SOUND, "jazz", "Seven, the Song", "A Singer"),
    ),
    FILES[2]: (
        (
            "user_id",
            "item_id",
            "No.",
            "timestamp",
            "rating",
            "duration",
            "emo_valence",
            "emo_arousal",
        ),
        (1, 7, 1, START, 4, 96.6, 0.336, -0.79),
        (1, 8, 2, START + 60, 5, 92.1, 0.32, -0.834),
    ),
    FILES[3]: (
        (
            *("inter_id", "user_id", "item_id", "timestamp", "rating", "emo_pre_valence"),
            *("emo_pre_arousal", "emo_post_valence", "emo_post_arousal", "duration", "rec_type"),
        ),
        (1, 1, 8, START + 90000, 2, 0.35, -0.4575, -0.25, 0.15, "", ""),
        (2, 2, 7, START + 80000, 3, 0.4775, -0.37, 0.12, 0.64, "", ""),
    ),
    FILES[4]: (
        (
            *("inter_id", "user_id", "item_id", "timestamp", "rating", "preference"),
            *("emo_pre_valence", "emo_pre_arousal", "emo_post_valence", "emo_post_arousal"),
            *("duration", "rec_type"),
        ),
        (1, 1, 7, START + 9_000_000, 5, 84, 0.28675, 0.23125, 0.275, 0.125, 342, "Random"),
    ),
}


def write(folder: Path) -> Path:
    """Write the files below a folder, which is given back."""
    for name, rows in TABLES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as lines:
            csv.writer(lines).writerows(rows)
    return folder
