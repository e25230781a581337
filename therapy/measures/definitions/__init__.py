"""The measures themselves. A version that was published is never edited: see `definition.py`."""
