"""GET /api/v1/catalogue and /api/v1/tracks/ID/audio: what the phone can play."""

import uuid
from typing import Any

import numpy as np
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.views import ConditionalPhoneView, FileView
from therapy.catalogue.audio import audio_response
from therapy.catalogue.models import Track
from therapy.catalogue.selectors import FeatureTable, feature_table, track_of

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description="The ETag of the answer that the phone has; the same content is answered with 304.",
)
ETAG = OpenApiParameter(
    "ETag",
    location=OpenApiParameter.HEADER,
    response=[200],
    description="Of the content; give it back in If-None-Match.",
)
REPR_DIGEST = OpenApiParameter(
    "Repr-Digest",
    location=OpenApiParameter.HEADER,
    response=[200],
    description="SHA-256 of the body before any content coding, as `sha-256=:BASE64:` (RFC 9530): "
    "keep no answer that it does not go with.",
)
NOT_MODIFIED = OpenApiResponse(description="The phone's copy is still right; there is no body.")


class ColumnBody(serializers.Serializer[Any]):
    name = serializers.CharField()
    unit = serializers.CharField(help_text="Empty for a number without a unit.")
    description = serializers.CharField()


class SchemaBody(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.IntegerField(
        help_text="A model reads the version that its manifest names, and no other."
    )
    columns = ColumnBody(source="features", many=True)


class TrackBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField(
        source="key_digest", help_text="By which a base knows the track: 16 hexadecimal digits."
    )
    title = serializers.CharField()
    artist = serializers.CharField(help_text="May be empty.")
    duration = serializers.FloatField(
        source="duration_seconds", allow_null=True, help_text="Seconds; null where not known."
    )
    tags = serializers.ListField(child=serializers.CharField(), help_text="Lower-case words.")
    audio = serializers.SerializerMethodField(
        help_text="Address on this server, or null where only the features are here."
    )
    values = serializers.SerializerMethodField(help_text="One number a column, in their order.")

    def get_audio(self, track: Track) -> str | None:
        return reverse("api:track-audio", args=[track.id]) if track.audio else None

    def get_values(self, track: Track) -> list[float]:
        values: list[float] = self.context["values"][track.id]
        return values


class CatalogueBody(serializers.Serializer[FeatureTable]):
    schema = SchemaBody()
    tracks = TrackBody(many=True, help_text="In the order of their ids.")


class Tracks(ConditionalPhoneView):
    @extend_schema(
        summary="The clinic's tracks and their features",
        description="Everything that the phone's model can choose from. A track that is not "
        "described under the clinic's feature schema is left out, because no model could place it. "
        "What the session plan excludes is in `plan`, and must be masked by the phone.",
        parameters=[IF_NONE_MATCH, ETAG, REPR_DIGEST],
        operation_id="getCatalogue",
        examples=[
            OpenApiExample(
                "One track, two features",
                value={
                    "schema": {
                        "name": "audio",
                        "version": 1,
                        "columns": [
                            {"name": "tempo", "unit": "bpm", "description": "Beats a minute"},
                            {"name": "loudness", "unit": "LUFS", "description": "Integrated"},
                        ],
                    },
                    "tracks": [
                        {
                            "id": "0b8f4f0e-2c55-4f2b-8a3c-6c9f4d6f7a10",
                            "key": "3f1c9a7be2d45068",
                            "title": "Slow water",
                            "artist": "",
                            "duration": 214.6,
                            "tags": ["piano"],
                            "audio": "/api/v1/tracks/0b8f4f0e-2c55-4f2b-8a3c-6c9f4d6f7a10/audio",
                            "values": [66.0, -23.0],
                        }
                    ],
                },
                response_only=True,
                status_codes=["200"],
            )
        ],
        responses={200: CatalogueBody, 304: NOT_MODIFIED, **refusals(401)},
        tags=["catalogue"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        table = feature_table(self.patient.clinic)
        return Response(CatalogueBody(table, context={"values": _short_values(table)}).data)


class Audio(FileView):
    @extend_schema(
        operation_id="getTrackAudio",
        summary="A track's sound",
        description="Give one range of bytes to go on with a broken download; with If-Range the "
        "whole file comes instead if it has changed. HEAD tells its length.",
        parameters=[
            IF_NONE_MATCH,
            OpenApiParameter(
                "Range",
                location=OpenApiParameter.HEADER,
                description="`bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-LENGTH` (RFC 9110 §14).",
            ),
            OpenApiParameter(
                "If-Range",
                location=OpenApiParameter.HEADER,
                description="The ETag that the first part came with.",
            ),
        ],
        responses={
            (200, "audio/*"): OpenApiTypes.BINARY,
            (206, "audio/*"): OpenApiTypes.BINARY,
            304: NOT_MODIFIED,
            **refusals(401, 404, 416),
        },
        tags=["catalogue"],
    )
    def get(
        self, request: Request, track_id: uuid.UUID, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        track = track_of(clinic=self.patient.clinic, track_id=track_id)
        if track is None:
            raise Http404("No catalogue of this clinic has such a track.")
        return audio_response(request, track)


def _short_values(table: FeatureTable) -> dict[uuid.UUID, list[float]]:
    """The values by track, each with the fewest digits that give back the same float32: half the
    bytes of the same number printed as a double."""
    short = table.values.astype(str).astype(np.float64)
    return dict(zip(table.track_ids, short.tolist(), strict=True))
