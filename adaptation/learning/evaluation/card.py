"""Model cards in Markdown (Mitchell et al. 2019, arXiv:1810.03993): what a base or a learner is,
how well it answered, and where adapting does not help. The last is computed, never written.
"""

from collections.abc import Iterator

from adaptation.learning.evaluation.markdown import joined, table, with_error
from adaptation.learning.evaluation.measures import COVERAGES
from adaptation.learning.evaluation.release import Release, limits_of
from adaptation.learning.evaluation.release_card import evidence, limits
from adaptation.learning.evaluation.report import FEWEST_USERS, MEASURES
from adaptation.learning.evaluation.told import (
    NotReadable,
    Told,
    check,
    is_simulated,
    number,
    scale_of,
    shots_of,
    targets_of,
)

OFFSET = "offset"
BETTER, NO_BETTER, WORSE = "better", "no better", "worse"
WHERE = (
    "Targets and numbers of ratings at which the squared error is not lower by more than one "
    "standard error, for the same people, than that of the population's answer with the person's "
    "own mean (mean and offset), or than its own without ratings:"
)


def of_evaluation(result: Told, *, learner: str, release: Release | None = None) -> str:
    """The card of a learner that was evaluated, and of the base that is released of it, if one is.

    Raises told.NotReadable where the JSON is not of an evaluation, or the learner is not in it.
    """
    check(result)
    if learner not in result["learners"]:
        held = ", ".join(result["learners"])
        raise NotReadable(f"It holds no learner '{learner}'. Choose with --learner: {held}.")
    parts = [
        [f"# Model card: {learner if release is None else f'{release.name} {release.version}'}"],
        _what_it_is(learner, release),
        _data(result),
        _protocol(result),
        _measures(result, learner),
        _no_gain(result, learner),
        _by_group(result, learner),
        [] if release is None else evidence(release),
        limits(limits_of(simulated=is_simulated(result))),
    ]
    return joined(parts)


def _what_it_is(learner: str, release: Release | None) -> list[str]:
    words = (
        f"The learner `{learner}` of Attune. It was fitted across people; given the first ratings "
        "of somebody new it answers for them, with a mean and a variance."
    )
    if release is None:
        return [words]
    figures = (
        "The figures below are of this learner, fitted anew without the people whom it was asked "
        "about; they are not of the released base's own weights."
    )
    return [words, *table(("", ""), release.facts), figures]


def _data(result: Told) -> list[str]:
    data = result["data"]
    kind = "SIMULATED: these people do not exist" if is_simulated(result) else "people's own"
    rows = [
        ("Data set", data["name"]),
        ("Licence", data["licence"]),
        ("Ratings", f"{data['rows']:,}, {kind}"),
        ("People", f"{data['users']:,}, of whom {data['users_asked']:,} were asked"),
        ("Items", f"{data['items']:,}, {data['features']} features"),
        ("Asked for", f"{data['questions']:,} ratings in {data['tasks']:,} tasks"),
    ]
    return ["## Data", *table(("", ""), rows)]


def _protocol(result: Told) -> list[str]:
    settings = result["settings"]
    seeds = ", ".join(map(str, settings["seeds"]))
    return [
        "## Protocol",
        f"People are left out in {settings['folds']} folds, seeds {seeds}: a learner is fitted on "
        "all others, is given the first K ratings of somebody left out, and answers for the "
        f"ratings after the first {max(settings['shots'])}, the same for every K. ± is one "
        f"standard error, people being drawn again {result['resamples']:,} times. "
        "`docs/evaluation.md` has the formulas.",
    ]


def _measures(result: Told, learner: str) -> list[str]:
    lines = ["## How well it answers"]
    for target in targets_of(result):
        told = result["learners"][learner].get(target["name"])
        if told is None:
            continue
        shots = [str(given) for given in shots_of(result)]
        columns = [f"K = {given}" for given in shots]
        rows = [
            (words, *(with_error(told[given][measure]) for given in shots))
            for measure, words in MEASURES.items()
            if measure in told[shots[0]]
        ]
        rows += [
            (
                f"Share in the {share} % interval",
                *(with_error(told[given][f"coverage_{share}"]) for given in shots),
            )
            for share in COVERAGES
        ]
        liked = target["liked_from"]
        title = scale_of(target) + ("" if liked is None else f", liked from {liked:g}")
        lines += [f"### {title}", *table(("", *columns), rows)]
    return lines


def _no_gain(result: Told, learner: str) -> list[str]:
    compared = list(_compared(result, learner))
    rows = [row for row in compared if row[-1] != BETTER]
    lines = ["## Where adapting does not help"]
    if OFFSET not in result["learners"]:
        lines.append("Not compared with mean and offset, which was not run.")
    if not compared:
        return lines
    if not rows:
        return [*lines, "Nowhere: at every K it is better, by more than one standard error."]
    columns = ("target", "K", "than", "difference", "")
    return [*lines, WHERE, *table(columns, rows)]


def _compared(result: Told, learner: str) -> Iterator[tuple[str, ...]]:
    """Target, K, with what, difference of squared errors, and what that says."""
    to_offset = result["differences"].get(learner, {}).get(OFFSET, {})
    to_itself = result["against_no_ratings"].get(learner, {})
    for target in targets_of(result):
        name = target["name"]
        for given in [str(given) for given in shots_of(result) if given > 0]:
            for than, told in (
                ("mean and offset", to_offset.get(name, {}).get(given, {}).get("mse")),
                ("its own at K = 0", to_itself.get(name, {}).get(given)),
            ):
                if told is not None:
                    yield name, given, than, with_error(told, signed=True), _verdict(told)


def _verdict(told: Told) -> str:
    """What a difference of errors says, by one standard error."""
    value, error = number(told["value"]), number(told["standard_error"])
    if value < -error:
        return BETTER
    return WORSE if value > error else NO_BETTER


def _by_group(result: Told, learner: str) -> list[str]:
    if not result["groups"]:
        return []
    last = str(shots_of(result)[-1])
    lines = ["## By group", f"Root-mean-square error at K = {last}."]
    names = list(result["learners"][learner])
    for kind, groups in result["groups"].items():
        shown = {value: told for value, told in groups.items() if told["users"] >= FEWEST_USERS}
        rows = [
            (
                f"{value} ({told['users']})",
                *(with_error(told["learners"][learner][name][last]["rmse"]) for name in names),
            )
            for value, told in shown.items()
        ]
        lines += table((f"{kind} (people)", *names), rows)
        if left := len(groups) - len(shown):
            lines.append(f"Groups of fewer than {FEWEST_USERS} people are left out: {left}.")
    return lines
