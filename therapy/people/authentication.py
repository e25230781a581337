"""How a phone says who it is: `Authorization: Bearer attune_…` (RFC 6750)."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from therapy.access.walls import outside_all_walls
from therapy.people.models import Device
from therapy.people.selectors import device_of
from therapy.people.services import note_seen


class DeviceAuthentication(BaseAuthentication):
    """Makes `request.user` the Device whose token the request carries."""

    def authenticate(self, request: Request) -> tuple[Device, str] | None:
        """The device and its token, or None where no credentials were sent.

        Raises AuthenticationFailed (401): another scheme than Bearer, an unknown token, a revoked
        one, one of a patient who is being erased.
        """
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise AuthenticationFailed(
                "The Authorization header must read 'Bearer', a space and the phone's token."
            )
        with outside_all_walls():
            device = self._known(token)
        return device, token

    def _known(self, token: str) -> Device:
        """The device of a token that may still be used. Raises AuthenticationFailed."""
        device = device_of(token=token)
        if device is None:
            raise AuthenticationFailed(
                "This token is not known here. Ask your therapist to connect the phone again."
            )
        if device.revoked_at is not None or device.patient.erasure_id is not None:
            raise AuthenticationFailed(
                "This phone's access was ended. Ask your therapist to connect the phone again."
            )
        note_seen(device=device)
        return device

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Attune"'


class DeviceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI schema describes DeviceAuthentication."""

    target_class = DeviceAuthentication
    name = "deviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The token of one phone, told once when the phone is connected "
            "(`POST /api/v1/pairings`).",
        }
