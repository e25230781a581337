"""The feature table is what models read: one row a track, in an order that stays."""

from typing import Any

import numpy as np
import pytest

from tests.factories import (
    CatalogueFactory,
    FeatureSchemaFactory,
    TrackFactory,
    TrackFeaturesFactory,
)
from tests.people import People, described_track
from therapy.catalogue.selectors import feature_table, track_of, tracks_of

pytestmark = pytest.mark.django_db


def test_rows_belong_to_the_tracks_in_the_order_of_their_ids(people: People) -> None:
    table = feature_table(people.harbour)
    by_id = sorted(people.tracks, key=lambda track: track.id)
    assert table.track_ids == tuple(track.id for track in by_id)
    assert table.titles == tuple(track.title for track in by_id)
    tempo = table.column("tempo")
    assert tempo is not None
    expected = {track.id: 60.0 + 10.0 * number for number, track in enumerate(people.tracks)}
    assert dict(zip(table.track_ids, tempo.tolist(), strict=True)) == expected
    assert (table.values.dtype, table.values.shape) == (np.float32, (3, 3))


def test_renaming_a_track_does_not_move_it(people: People) -> None:
    before = feature_table(people.harbour).track_ids
    people.tracks[0].title = "zzz"
    people.tracks[0].save()
    assert feature_table(people.harbour).track_ids == before


def test_other_catalogues_and_other_schemas_are_left_out(people: People) -> None:
    other = FeatureSchemaFactory(version=2)
    undescribed = TrackFactory(catalogue=people.tracks[0].catalogue)
    TrackFeaturesFactory(track=undescribed, schema=other)
    TrackFeaturesFactory(track=people.tracks[0], schema=other)
    assert set(feature_table(people.harbour).track_ids) == {track.id for track in people.tracks}
    assert undescribed in tracks_of(people.harbour)
    assert track_of(clinic=people.harbour, track_id=people.strange_track.id) is None


def test_a_clinic_with_two_catalogues_has_the_tracks_of_both_once(people: People) -> None:
    more = CatalogueFactory()
    people.harbour.catalogues.add(more)
    extra = described_track(more)
    assert set(feature_table(people.harbour).track_ids) == {
        extra.id,
        *(track.id for track in people.tracks),
    }


def test_without_tracks_the_table_is_empty_but_has_its_columns(people: People) -> None:
    people.harbour.catalogues.clear()
    table = feature_table(people.harbour)
    assert table.values.shape == (0, 3)
    assert table.column("tempo") is not None
    assert table.column("mode") is None


def test_it_takes_two_queries_and_cannot_be_written_to(
    people: People, django_assert_num_queries: Any
) -> None:
    clinic = type(people.harbour).objects.get(id=people.harbour.id)
    with django_assert_num_queries(2):
        table = feature_table(clinic)
        assert table.titles
    with pytest.raises(ValueError, match="read-only"):
        table.values[0, 0] = 1.0
