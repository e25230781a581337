"""Every measure that there is, by key and version."""

from therapy.measures.definition import Definition
from therapy.measures.definitions import affective_slider, gad7, pain_nrs, phq4, phq9, vas_anxiety

PUBLISHED: tuple[Definition, ...] = (
    affective_slider.VERSION_1,
    vas_anxiety.VERSION_1,
    pain_nrs.VERSION_1,
    phq4.VERSION_1,
    phq9.VERSION_1,
    gad7.VERSION_1,
)
_BY_KEY: dict[str, dict[int, Definition]] = {}
for _one in PUBLISHED:
    _BY_KEY.setdefault(_one.key, {})[_one.version] = _one


class UnknownMeasure(LookupError):
    """There is no measure of this key."""


class UnknownVersion(UnknownMeasure):
    """There is the measure, but not this version of it."""


def measure(key: str, version: int | None = None) -> Definition:
    """The definition of that version, or the newest one.

    Raises UnknownMeasure or UnknownVersion, with what there is.
    """
    versions = _BY_KEY.get(key)
    if versions is None:
        raise UnknownMeasure(f"No measure {key[:40]!r}. There are: {', '.join(_BY_KEY)}.")
    if version is None:
        return versions[max(versions)]
    if version not in versions:
        known = ", ".join(map(str, sorted(versions)))
        raise UnknownVersion(f"No version {version} of {key}. There are: {known}.")
    return versions[version]


def newest() -> tuple[Definition, ...]:
    """The newest version of every measure."""
    return tuple(measure(key) for key in _BY_KEY)
