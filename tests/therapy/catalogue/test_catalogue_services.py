"""Imports can be run again, and what they would get wrong is refused by name."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from tests.factories import FEATURES, CatalogueFactory, FeatureSchemaFactory
from tests.threads import at_once, while_open
from therapy.catalogue import services
from therapy.catalogue.rows import TrackRow
from therapy.models import Catalogue, FeatureSchema, Track, TrackFeatures

pytestmark = pytest.mark.django_db

VALUES = {"tempo": 66.0, "integrated_loudness": -23.0, "brightness": 1500.0}


def row(external_id: str = "one", **fields: Any) -> TrackRow:
    return TrackRow(**{"external_id": external_id, "title": "One", "values": VALUES} | fields)


def store(*rows: TrackRow) -> services.Stored:
    catalogue = Catalogue.objects.first() or CatalogueFactory()
    return services.store_tracks(
        catalogue=catalogue, schema=FeatureSchemaFactory(), rows=rows or [row()]
    )


def contents() -> list[Any]:
    return [*Track.objects.order_by("id").values(), *TrackFeatures.objects.order_by("id").values()]


def test_the_same_schema_is_the_same_row() -> None:
    one, two = (
        services.ensure_schema(name="audio", version=1, features=FEATURES) for _ in range(2)
    )
    assert one == two
    assert one.columns == ["tempo", "integrated_loudness", "brightness"]


def test_another_list_under_the_same_version_is_refused_and_says_what_to_do() -> None:
    services.ensure_schema(name="audio", version=1, features=FEATURES)
    with pytest.raises(ValidationError, match="Store the new list as version 2"):
        services.ensure_schema(name="audio", version=1, features=FEATURES[::-1])
    changed = [FEATURES[0] | {"unit": "Hz"}, *FEATURES[1:]]
    with pytest.raises(ValidationError, match="the description of tempo differs"):
        services.ensure_schema(name="audio", version=1, features=changed)
    assert FeatureSchema.objects.get().features == FEATURES


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ([], "needs at least one feature"),
        ([{"name": "tempo", "unit": "bpm"}], "Column 0: 'description' must be text"),
        ([FEATURES[0] | {"name": ""}], "Column 0: 'name' must be a name"),
        ([FEATURES[0], FEATURES[0]], "Named twice: tempo"),
    ],
)
def test_a_schema_that_says_too_little_is_refused(features: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        services.ensure_schema(name="audio", version=1, features=features)


@pytest.mark.django_db(transaction=True)
def test_a_schema_that_two_ensure_at_once_is_one_row() -> None:
    def ensure() -> FeatureSchema:
        return services.ensure_schema(name="audio", version=1, features=FEATURES)

    assert at_once(ensure, ensure) == [FeatureSchema.objects.get()] * 2


def test_a_catalogue_is_made_once_and_brought_up_to_date() -> None:
    services.ensure_catalogue(slug="calm", name="Calm")
    services.ensure_catalogue(slug="calm", name="Calm music", description="Public domain.")
    assert Catalogue.objects.get().description == "Public domain."
    with pytest.raises(ValidationError):
        services.ensure_catalogue(slug="two words", name="Calm")


def test_storing_twice_changes_nothing() -> None:
    assert store(row("one"), row("two")) == services.Stored(created=2)
    before = contents()
    assert store(row("one"), row("two")) == services.Stored(unchanged=2)
    assert contents() == before


def test_only_what_differs_is_changed() -> None:
    store(row("one"), row("two"), row("three"))
    renamed, retuned = row("one", title="New name"), row("two", values=VALUES | {"tempo": 70.0})
    assert store(renamed, retuned, row("three")) == services.Stored(changed=2, unchanged=1)
    assert Track.objects.get(external_id="one").title == "New name"
    assert TrackFeatures.objects.get(track__external_id="two").values[0] == 70.0


def test_more_rows_than_one_batch_are_stored_and_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "ROWS_AT_ONCE", 3)
    rows = [row(str(number)) for number in range(8)]
    assert store(*rows) == services.Stored(created=8)
    assert store(*rows) == services.Stored(unchanged=8)


def test_an_import_takes_far_fewer_queries_than_it_has_rows(
    django_assert_max_num_queries: Any,
) -> None:
    store(row("first"))
    rows = [row(str(number)) for number in range(200)]
    with django_assert_max_num_queries(15):  # SQLite takes a thousand parameters a statement
        store(*rows)
    with django_assert_max_num_queries(10):
        store(*rows)


def test_values_are_stored_in_the_order_of_the_schema_whatever_theirs() -> None:
    track = services.store_track(
        catalogue=CatalogueFactory(),
        external_id="one",
        schema=FeatureSchemaFactory(),
        values=dict(reversed(VALUES.items())) | {"tempo": np.float32(0.5)},
        title="One",
    )
    assert TrackFeatures.objects.get(track=track).values == [0.5, -23.0, 1500.0]


def test_tags_are_lower_case_trimmed_and_said_once() -> None:
    store(row(tags=[" Piano", "piano", "", "Rain"]))
    assert Track.objects.get().tags == ["piano", "rain"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"tempo": 66.0}, "Missing: integrated_loudness, brightness."),
        (VALUES | {"key": 3.0}, "Unknown to schema audio-1: key."),
        (VALUES | {"tempo": math.nan}, "Not a finite number: tempo."),
        (VALUES | {"tempo": -math.inf}, "Not a finite number: tempo."),
        (VALUES | {"tempo": 1e39}, "Not a finite number: tempo."),  # infinite as float32
        (VALUES | {"tempo": "66"}, "Not a finite number: tempo."),
        (VALUES | {"tempo": True}, "Not a finite number: tempo."),
    ],
)
def test_values_are_refused_by_column(values: Any, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        store(row("one"), row("two", values=values))
    assert refused.value.message_dict == {"values": [f"Track 'two': {words}"]}
    assert contents() == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "nul\0"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"duration_seconds": 0.0}, "duration_seconds"),
        ({"duration_seconds": math.nan}, "duration_seconds"),
        ({"lyrics": "maybe"}, "lyrics"),
        ({"true_peak_dbtp": math.inf}, "true_peak_dbtp"),
        ({"tags": ["x" * 61]}, "tags"),
        ({"external_id": ""}, "external_id"),
    ],
)
def test_a_track_is_refused_by_field_and_named(fields: Any, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        store(row(**fields))
    assert list(refused.value.message_dict) == [field]
    assert refused.value.message_dict[field][0].startswith(f"Track '{fields.get(field) or ''}"[:7])
    assert contents() == []


def test_one_id_twice_in_an_import_is_refused() -> None:
    with pytest.raises(ValidationError, match="Track 'one': Another row"):
        store(row("one"), row("one"))


def test_audio_is_stored_once_under_its_content(settings: Any) -> None:
    store(row(audio=ContentFile(b"RIFF one", name="one.WAV")))
    first = Track.objects.get()
    assert store(row(audio=ContentFile(b"RIFF one", name="one.WAV"))).unchanged == 1
    assert store(row()).unchanged == 1, "an import without audio leaves it"
    assert first.audio.name == f"audio/{first.audio_sha256}.wav"
    assert first.audio.read() == b"RIFF one"
    assert len(list(Path(settings.MEDIA_ROOT).rglob("*.wav"))) == 1


@pytest.mark.django_db(transaction=True)
def test_new_audio_takes_the_place_of_the_old(settings: Any) -> None:
    store(row(audio=ContentFile(b"RIFF one", name="one.wav")))
    assert store(row(audio=ContentFile(b"RIFF two", name="one.wav"))).changed == 1
    track = Track.objects.get()
    assert track.audio.read() == b"RIFF two"
    assert [path.name for path in Path(settings.MEDIA_ROOT).rglob("*.wav")] == [
        f"{track.audio_sha256}.wav"
    ]


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_store_every_track_once() -> None:
    catalogue, schema = CatalogueFactory(), FeatureSchemaFactory()

    def run() -> services.Stored:
        return services.store_tracks(
            catalogue=catalogue, schema=schema, rows=[row(str(number)) for number in range(20)]
        )

    assert while_open(run, run) == [services.Stored(created=20), services.Stored(unchanged=20)]
    assert Track.objects.count() == TrackFeatures.objects.count() == 20
