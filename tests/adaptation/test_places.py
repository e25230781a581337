"""Where a base expects tracks to lie, computed by a job and shown on their pages."""

import numpy as np
import pytest
import torch
from django.test import Client
from django.urls import reverse

from adaptation.learning.bases import Base
from adaptation.models import BaseModel, TrackPlace
from adaptation.places import place_tracks
from tests.factories import MembershipFactory, TrackFactory
from tests.practice import Practice, release_small
from tests.therapy.pages.reading import words
from therapy.models import Track, TrackFeatures
from worker.models import Job

pytestmark = pytest.mark.django_db


def run() -> int:
    return place_tracks(report=lambda share, note: None)


def test_each_track_lies_where_the_base_expects_people_after_it(
    practice: Practice, base: Base
) -> None:
    assert run() == Track.objects.count() == TrackPlace.objects.count()
    row = TrackFeatures.objects.select_related("track__catalogue").first()
    assert row is not None
    features = torch.from_numpy(base.inputs(np.array([row.values], np.float32), [row.track.key]))
    with torch.no_grad():
        expected = base.learner.expected(features, torch.zeros(1, 2))[0]
    place = TrackPlace.objects.get(track=row.track)
    assert place.valence == pytest.approx(float(expected[1].clamp(-1, 1)), abs=1e-5)
    assert place.arousal == pytest.approx(float(expected[2].clamp(-1, 1)), abs=1e-5)
    assert 0 < place.valence_spread < 2
    before = list(TrackPlace.objects.order_by("id").values())
    run()
    assert list(TrackPlace.objects.order_by("id").values()) == before


def test_a_release_asks_for_it_and_the_newest_base_is_the_one_that_is_shown(
    practice: Practice, base: Base
) -> None:
    assert Job.objects.filter(kind="place_tracks", state=Job.State.QUEUED).count() == 1
    run()
    release_small(base)
    client = Client()
    client.force_login(MembershipFactory(clinic=practice.clinic).user)
    track = Track.objects.filter(features__isnull=False).first()
    assert track is not None
    address = reverse("track", args=[track.id])
    assert "This track was not placed yet" in words(client.get(address))
    run()
    said = words(client.get(address))
    place = TrackPlace.objects.get(track=track, base=BaseModel.objects.latest("created_at"))
    assert f"{place.valence:+.2f}".replace("-", "−") in said
    assert "simulated base" in said
    assert "It has learned from simulated listeners only: no person said this." in said


def test_a_track_that_the_base_cannot_read_is_not_placed(practice: Practice) -> None:
    bare = TrackFactory(catalogue=practice.clinic.catalogues.get())
    run()
    assert not TrackPlace.objects.filter(track=bare).exists()
