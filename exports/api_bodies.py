"""What is asked and answered about models: the shapes, and the refusals."""

from typing import Any

from rest_framework import serializers

from exports.encoding import in_base64
from exports.kinds import BUNDLES, FILES, PLATFORMS
from exports.models import SigningKey
from therapy.api.problems import Problem

LATER = 3600  # seconds after which a phone asks again for what is being made


class ModelExpired(Problem):
    default_code = "model_expired"
    default_detail = (
        "The newest model has expired, and the next one is being made. Ask again in an hour."
    )
    wait = LATER  # told in Retry-After


class Asked(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(
        choices=sorted(PLATFORMS),
        default="web",
        help_text="What the phone can run: `web` and `android` get ONNX, `ios` gets Core ML.",
    )
    kind = serializers.ChoiceField(
        choices=sorted(BUNDLES),
        required=False,
        help_text="Another kind of bundle than the platform's own, such as `coreml-float16`.",
    )
    have = serializers.RegexField(
        r"^[0-9a-f]{64}\Z",
        required=False,
        help_text="SHA-256 of the bundle that the phone has: it is not sent again.",
    )


class WhichFile(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=sorted(FILES),
        default="onnx",
        help_text="`onnx`: one ONNX model; `coreml`: a Core ML package in a ZIP archive.",
    )


class BaseBody(serializers.Serializer[Any]):
    kind = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the file, 64 hexadecimal digits.")
    bytes = serializers.IntegerField()
    url = serializers.CharField(
        allow_null=True,
        help_text="Where the file is: here, or, where files are kept elsewhere, at another host, "
        "and then signed for an hour. It needs no token; send none. Null where the phone has it.",
    )
    statement = serializers.CharField(
        help_text="Signed (`attune/base/1`), in base 64: which base this file is."
    )


class ModelBody(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        help_text="Of the record: it rises with every record of the patient."
    )
    record = serializers.CharField(
        help_text="Signed (`attune/record/1`), in base 64: the patient's model."
    )
    sha256 = serializers.CharField(help_text="Of the record's bytes.")
    expires_at = serializers.DateTimeField()
    rated_tracks = serializers.IntegerField(
        min_value=0, help_text="How many rated tracks the record was made from: to be shown."
    )
    base = BaseBody(help_text="The file that the record goes with.")


class KeyBody(serializers.Serializer[SigningKey]):
    kid = serializers.CharField(source="key_id", help_text="As signed messages name it.")
    public_key = serializers.SerializerMethodField(help_text="Ed25519, 32 bytes in base 64.")
    honoured_until = serializers.DateTimeField(
        allow_null=True, help_text="Null for the key that signs now."
    )
    endorsement = serializers.SerializerMethodField(
        help_text="Signed (`attune/key/1`), in base 64: this key, by the one before it. Null for "
        "the first."
    )

    def get_public_key(self, key: SigningKey) -> str:
        return in_base64(key.public_key)

    def get_endorsement(self, key: SigningKey) -> str | None:
        return None if key.endorsement is None else in_base64(key.endorsement)


class KeysBody(serializers.Serializer[Any]):
    keys = KeyBody(many=True, help_text="The newest first.")
