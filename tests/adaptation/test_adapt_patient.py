"""Adapting a patient: from the ratings that are stored to the next version of the model."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import torch
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from adaptation import loading, selectors
from adaptation.learning.bases import BadBase, Base
from adaptation.learning.schema import Feature, FeatureSchema
from adaptation.models import PatientModel
from adaptation.services import adapt_patient, store_schema
from tests.factories import (
    ClinicFactory,
    PatientFactory,
    TrackFactory,
    TrackRatingFactory,
)
from tests.practice import Practice, open_practice, rate_mood, release_small
from tests.threads import at_once, while_open
from tests.trained import SCHEMA
from therapy.models import MoodRating, Patient, Track, TrackRating
from therapy.people.services import record_consent
from worker.jobs import JobRefused
from worker.models import Job

pytestmark = pytest.mark.django_db


def adapt(patient: Patient) -> PatientModel:
    return adapt_patient(patient_id=patient.id, report=lambda share, note: None)


def by_hand(base: Base, *rated: tuple[Track, Any, Any, Any]) -> NDArray[np.float32]:
    """The vector after tracks with their mood before, outcome and weight."""
    with torch.inference_mode():
        vector = base.learner.prior()
        for track, *numbers in rated:
            features = torch.tensor(track.features.get().values, dtype=torch.float32)
            rows = (torch.tensor(x, dtype=torch.float32) for x in numbers)
            vector = base.learner.adapt_one(vector, features, *rows)
    return vector.numpy()


def exports() -> list[str]:
    return [
        job.arguments["patient_id"]
        for job in Job.objects.filter(kind="export_patient").order_by("created_at")
    ]


def test_before_the_first_rating_the_model_is_the_populations(
    practice: Practice, base: Base
) -> None:
    model = adapt(practice.patient)
    np.testing.assert_array_equal(selectors.vector_of(model), base.learner.prior().detach())
    assert (model.version, model.support_count) == (1, 0)
    assert (model.oldest_rating_at, model.newest_rating_at) == (None, None)
    assert model.base == practice.base


def test_a_sitting_becomes_the_vector_that_the_learner_makes_of_it(
    practice: Practice, base: Base
) -> None:
    first, second = practice.tracks[:2]
    practice.sit((first, 5), (second, 2), before=(-0.5, 0.6), after=(0.1, 0.2))
    model = adapt(practice.patient)
    half = (1.0, 0.5, 0.5)
    expected = by_hand(
        base,
        (first, (-0.5, 0.6), (1.0, -0.2, 0.4), half),
        (second, (-0.2, 0.4), (-0.5, 0.1, 0.2), half),
    )
    np.testing.assert_allclose(selectors.vector_of(model), expected, atol=1e-6)
    assert model.support_count == 2
    oldest = MoodRating.objects.get(phase=MoodRating.Phase.BEFORE)
    newest = MoodRating.objects.get(phase=MoodRating.Phase.AFTER)
    assert (model.oldest_rating_at, model.newest_rating_at) == (oldest.rated_at, newest.rated_at)


def test_a_rating_outside_a_sitting_tells_of_the_liking_alone(
    practice: Practice, base: Base
) -> None:
    track = practice.tracks[3]
    TrackRatingFactory(patient=practice.patient, track=track, liking=1)
    rate_mood((0.9, 0.9), MoodRating.Phase.BEFORE, patient=practice.patient)
    expected = by_hand(base, (track, (0, 0), (-1.0, 0, 0), (1.0, 0, 0)))
    vector = selectors.vector_of(adapt(practice.patient))
    np.testing.assert_allclose(vector, expected, atol=1e-6)


def test_ratings_of_one_instant_stand_in_the_order_of_a_sitting(
    practice: Practice, base: Base
) -> None:
    """A coarse clock gives mood, track and mood the same time; they were stored in any order."""
    track, now = practice.tracks[0], timezone.now()
    session = practice.sit(at=now)
    shared: dict[str, Any] = {"patient": practice.patient, "session_id": session, "rated_at": now}
    rate_mood((0.5, 0.5), MoodRating.Phase.AFTER, **shared)
    TrackRatingFactory(track=track, liking=4, **shared)
    rate_mood((-0.5, -0.5), MoodRating.Phase.BEFORE, **shared)
    expected = by_hand(base, (track, (-0.5, -0.5), (0.5, 0.5, 0.5), (1.0, 1.0, 1.0)))
    vector = selectors.vector_of(adapt(practice.patient))
    np.testing.assert_allclose(vector, expected, atol=1e-6)


def test_the_last_word_on_a_track_counts_in_the_place_of_the_first(
    practice: Practice, base: Base
) -> None:
    first, second = practice.tracks[:2]
    session = practice.sit((first, 1), (second, 2), before=(0, 0), after=(0.2, 0.4))
    thought_better = timezone.now() + timedelta(minutes=5)
    TrackRatingFactory(
        patient=practice.patient,
        track=first,
        liking=5,
        session_id=session,
        rated_at=thought_better,
    )
    half = (1.0, 0.5, 0.5)
    expected = by_hand(
        base,
        (first, (0, 0), (1.0, 0.1, 0.2), half),
        (second, (0.1, 0.2), (-0.5, 0.2, 0.4), half),
    )
    model = adapt(practice.patient)
    np.testing.assert_allclose(selectors.vector_of(model), expected, atol=1e-6)
    assert model.support_count == 2


def test_moods_of_one_sitting_do_not_bracket_the_tracks_of_another(practice: Practice) -> None:
    """Two sittings that overlap in time, as a phone and a tablet may send them."""
    now = timezone.now()
    practice.sit((practice.tracks[0], 4), before=(0.1, 0.1), after=(0.2, 0.2), at=now)
    practice.sit((practice.tracks[1], 4), at=now - timedelta(seconds=30))
    support = selectors.support_of(practice.patient, practice.base)
    assert sorted(support.weight.tolist()) == [[1, 0, 0], [1, 1, 1]]


def test_the_same_ratings_make_no_new_version(practice: Practice) -> None:
    practice.sit((practice.tracks[0], 5), before=(0, 0), after=(0.2, 0))
    first, again = adapt(practice.patient), adapt(practice.patient)
    assert again.id == first.id
    assert PatientModel.objects.count() == 1
    assert exports() == [str(practice.patient.id)]


@pytest.mark.parametrize("damage", [b"", b"\0" * 12, b"\xff" * 4])
def test_a_damaged_vector_is_made_anew(practice: Practice, damage: bytes) -> None:
    practice.sit((practice.tracks[0], 5))
    sound = adapt(practice.patient)
    whole = bytes(sound.vector)
    broken = damage if len(damage) != 4 else damage + whole[4:]
    PatientModel.objects.update(vector=broken)
    again = adapt(practice.patient)
    assert (again.version, bytes(again.vector)) == (2, whole)


def test_the_order_in_which_the_database_lists_its_rows_makes_no_new_version(
    practice: Practice,
) -> None:
    """Ratings of one instant, written anew in the opposite order: they are the same ratings."""
    now = timezone.now()
    for track in practice.tracks[:6]:
        practice.sit((track, 5), before=(0, 0), after=(0.1, 0), at=now)
    first = adapt(practice.patient)
    for model in (TrackRating, MoodRating):
        rows = list(model.objects.order_by("id"))
        model.objects.all().delete()
        for row in reversed(rows):
            row.save(force_insert=True)
    assert adapt(practice.patient) == first


def test_a_new_rating_makes_the_next_version_from_all_ratings(
    practice: Practice, base: Base
) -> None:
    practice.sit((practice.tracks[0], 5))
    first = adapt(practice.patient)
    practice.sit((practice.tracks[1], 1))
    second = adapt(practice.patient)
    assert (first.version, second.version, second.support_count) == (1, 2, 2)
    assert first.support_digest != second.support_digest
    expected = by_hand(
        base,
        (practice.tracks[0], (0, 0), (1.0, 0, 0), (1.0, 0, 0)),
        (practice.tracks[1], (0, 0), (-1.0, 0, 0), (1.0, 0, 0)),
    )
    np.testing.assert_allclose(selectors.vector_of(second), expected, atol=1e-6)
    np.testing.assert_array_equal(  # the first one stays what it was
        selectors.vector_of(PatientModel.objects.get(version=1)), selectors.vector_of(first)
    )
    assert exports() == [str(practice.patient.id)]  # the one that waits publishes the newest


def test_every_adaptation_asks_for_an_export_once_the_one_before_is_done(
    practice: Practice,
) -> None:
    """Also the one that makes nothing new: what is published may have been lost."""
    for likings in ([(practice.tracks[0], 5)], [(practice.tracks[1], 1)], []):
        practice.sit(*likings)
        adapt(practice.patient)
        assert exports() == [str(practice.patient.id)]
        Job.objects.all().delete()
    assert PatientModel.objects.count() == 2


def test_a_rating_that_is_withdrawn_leaves_no_trace(practice: Practice) -> None:
    practice.sit((practice.tracks[0], 5))
    first = adapt(practice.patient)
    withdrawn = TrackRatingFactory(patient=practice.patient, track=practice.tracks[1], liking=1)
    adapt(practice.patient)
    withdrawn.delete()
    third = adapt(practice.patient)
    assert third.version == 3
    np.testing.assert_array_equal(selectors.vector_of(third), selectors.vector_of(first))


def test_a_track_without_features_is_left_out(practice: Practice) -> None:
    unmeasured = TrackFactory(catalogue=practice.catalogue)
    practice.sit((unmeasured, 5), (practice.tracks[0], 3), before=(0, 0), after=(0.4, 0))
    model = adapt(practice.patient)
    assert model.support_count == 1
    support = selectors.support_of(practice.patient, practice.base)
    assert support.outcome[0].tolist() == pytest.approx([0.0, 0.4, 0.0])  # the second half still
    assert support.weight[0].tolist() == [1.0, 0.5, 0.5]


def test_nobody_elses_ratings_count(practice: Practice) -> None:
    other = PatientFactory(clinic=practice.clinic)
    practice.sit((practice.tracks[0], 5), before=(0, 0), after=(1, 1), patient=other)
    assert adapt(practice.patient).support_count == 0
    assert adapt(other).support_count == 1


def test_the_newest_base_is_used_and_a_new_one_makes_a_new_version(
    practice: Practice, base: Base
) -> None:
    adapt(practice.patient)
    changed = replace(base, transition=(0.0,) * 5)
    newer = release_small(changed)
    model = adapt(practice.patient)
    assert (model.version, model.base) == (2, newer)
    assert (newer.name, newer.version) == ("small", 2)


def test_without_a_base_for_the_schema_it_says_what_to_do(practice: Practice) -> None:
    stranger = PatientFactory(clinic=ClinicFactory(), code="S-1")
    with pytest.raises(JobRefused, match=r"No base reads the feature schema audio-1.*meta_train"):
        adapt(stranger)
    assert not stranger.models.exists()
    with pytest.raises(CommandError, match="No base reads the feature schema audio-1"):
        call_command("adapt", patient="S-1")


def test_who_took_back_the_consent_to_care_is_not_adapted(practice: Practice) -> None:
    """Also where it was asked for before."""
    consent = {"scope": "care", "text_version": "1", "language": "en"}
    record_consent(patient=practice.patient, given=False, **consent)
    with pytest.raises(JobRefused, match="P-1 took back the consent to care"):
        adapt(practice.patient)
    assert not practice.patient.models.exists()
    record_consent(patient=practice.patient, given=True, **consent)
    assert adapt(practice.patient).version == 1


def test_a_base_whose_file_was_changed_is_not_used(practice: Practice) -> None:
    loading._load.cache_clear()
    path = practice.base.weights.path
    with open(path, "rb+") as file:
        file.seek(-30, 2)
        file.write(b"!")
    with pytest.raises(BadBase, match="is not what was released"):
        adapt(practice.patient)
    assert not PatientModel.objects.exists()


def test_the_export_is_asked_for_in_the_same_transaction(practice: Practice) -> None:
    asked = []

    @transaction.atomic
    def interrupted() -> None:
        adapt(practice.patient)
        asked.extend(exports())
        raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert len(asked) == 1
    assert exports() == []
    assert not PatientModel.objects.exists()


def test_progress_is_reported_in_words(practice: Practice) -> None:
    practice.sit((practice.tracks[0], 5), (practice.tracks[1], 5))
    told: list[tuple[float, str]] = []
    adapt_patient(patient_id=practice.patient.id, report=lambda *step: told.append(step))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert all(0 < share < 1 for share in shares)
    assert told[-1][1] == "Adapting to 2 rated tracks"


def test_an_unknown_patient_is_an_error_and_not_a_silence(practice: Practice) -> None:
    with pytest.raises(Patient.DoesNotExist):
        adapt_patient(patient_id=uuid4(), report=lambda share, note: None)


# Releasing


def test_a_release_is_the_next_version_of_its_name(practice: Practice, base: Base) -> None:
    release = release_small(base)
    assert release.version == 2
    assert release.vector_size == base.learner.vector_size


def test_a_released_base_is_read_back_from_its_file(practice: Practice, base: Base) -> None:
    loading._load.cache_clear()
    read = loading.loaded(practice.base)
    assert (read.schema, read.transition) == (base.schema, base.transition)
    assert torch.equal(read.learner.prior(), base.learner.prior())


def test_versions_count_for_each_name(practice: Practice, base: Base) -> None:
    versions = [release_small(base, name=name).version for name in ("small", "other", "small")]
    assert versions == [2, 1, 3]


def test_a_schema_is_stored_once_and_never_changed(practice: Practice) -> None:
    assert store_schema(SCHEMA) == practice.clinic.feature_schema
    changed = FeatureSchema(SCHEMA.name, SCHEMA.version, (Feature("loudness", "sone", "Loud"),))
    with pytest.raises(ValidationError, match="Store the new list as version 2"):
        store_schema(changed)


# The command


def test_the_command_tells_the_version_and_what_it_was_made_from(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    practice.sit((practice.tracks[0], 5), (practice.tracks[1], 4))
    call_command("adapt", patient="P-1")
    assert "Model version 1 of P-1: base small 1, 2 rated tracks." in capsys.readouterr().out


def test_the_command_names_the_patients_there_are(practice: Practice) -> None:
    with pytest.raises(CommandError, match=r"no patient 'P-9'.*practice/P-1"):
        call_command("adapt", patient="P-9")


# At the same time


@pytest.mark.django_db(transaction=True)
def test_adapting_twice_at_once_makes_one_version_and_asks_for_one_export(
    base: Base, files_of_this_test: None
) -> None:
    practice = open_practice(base)
    for version in (1, 2, 3):
        practice.sit((practice.tracks[version], 5))
        models = at_once(*[lambda: adapt(practice.patient)] * 3)
        assert [model.version for model in models] == [version] * 3
        assert exports() == [str(practice.patient.id)]
        Job.objects.all().delete()
    assert sorted(PatientModel.objects.values_list("version", flat=True)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_an_adaptation_waits_for_the_one_before_it_and_counts_on(
    base: Base, files_of_this_test: None
) -> None:
    """A rating comes while one worker adapts and another starts: versions 1 and 2, none twice."""
    practice = open_practice(base)
    practice.sit((practice.tracks[0], 5))

    def adapt_after_another_rating() -> PatientModel:
        practice.sit((practice.tracks[1], 2))
        return adapt(practice.patient)

    first, second = while_open(lambda: adapt(practice.patient), adapt_after_another_rating)
    assert (first.version, first.support_count) == (1, 1)
    assert (second.version, second.support_count) == (2, 2)
