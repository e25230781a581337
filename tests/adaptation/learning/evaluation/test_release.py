"""What a release says of itself, from what was measured when it was made."""

from adaptation.learning.evaluation import release_card
from tests.adaptation.learning.evaluation.releases import some_metrics, some_release


def test_it_says_where_adapting_does_not_help() -> None:
    assert some_release().no_gain == [
        "liking, K = 3: no lower than mean and offset",
        "valence, K = 3: no lower than its own without ratings",
    ]


def test_errors_stand_by_outcome() -> None:
    rows = [(one.outcome, one.shots, one.adapted, one.offset_only) for one in some_release().errors]
    assert rows[0] == ("liking", 0, 0.50, 0.49)
    assert rows[-1] == ("valence", 10, 0.19, 0.25)
    assert len(rows) == 6
    assert some_release().errors[0].covered_percent == 81


def test_evidence_says_what_is_served_and_what_that_gained() -> None:
    liking, valence = some_release().evidence
    assert liking.rests_on == "the person's own average alone, from 3 ratings on"
    assert (liking.offset_gain, liking.relation_gain) == ("+8.0 ± 2.0 %", "−1.1 ± 1.0 %")
    assert (valence.offset_gain, valence.people) == ("", 0)


def test_a_release_of_before_that_measured_nothing_has_a_card() -> None:
    bare = some_release(metrics={})
    assert (bare.errors, bare.no_gain, bare.evidence, bare.measured_on) == ([], [], [], "")
    said = release_card.of_release(bare)
    assert "Nothing was measured when it was released." in said
    assert "What each prediction rests on" not in said


def test_intervals_that_an_older_release_did_not_measure_are_left_open() -> None:
    metrics = some_metrics()
    for row in metrics["few_shot"]:
        del row["covered_80"]
    assert some_release(metrics=metrics).errors[0].covered_percent is None
    assert "| liking | 0 | 0.500 | 0.490 |  |" in release_card.of_release(
        some_release(metrics=metrics)
    )


def test_a_simulated_release_says_so_at_every_turn() -> None:
    said = release_card.of_release(some_release(simulated=True))
    assert "30 people (SIMULATED)" in said
    assert "6 simulated listeners that training never met" in said
