"""Models that phones did not take."""

import logging
import uuid
from datetime import datetime

from django.db import transaction

from therapy.sessions.arrivals import Arrival
from therapy.sessions.models import ModelRefusal
from therapy.sessions.once import store_once

log = logging.getLogger(__name__)


def record_model_refusal(
    *,
    arrival: Arrival,
    id: uuid.UUID,
    reason: str,
    refused_at: datetime,
    version: int | None = None,
    base_sha256: str = "",
    in_use: int | None = None,
) -> ModelRefusal:
    """A model that the patient's phone refused, and which one stayed in use; None: there was none.

    Who runs the server is told in the log, of whom only by the row's id: it may be a fault of the
    network or of ours, or somebody's doing. Raises ValidationError by field, ConflictError.
    """
    refusal = ModelRefusal(
        id=id,
        device=arrival.device,
        reason=reason,
        version=version,
        base_sha256=base_sha256,
        in_use=in_use,
        refused_at=refused_at,
    )
    written = arrival.written
    stored = store_once(refusal, arrival=arrival)
    if arrival.written > written:
        transaction.on_commit(lambda: _warn(refusal))
    return stored


def _warn(refusal: ModelRefusal) -> None:
    log.warning(
        "A phone refused a model: %s; version %s, base %s. In use stays: %s (ModelRefusal %s)",
        refusal.reason,
        _said(refusal.version),
        _said(refusal.base_sha256),
        "none" if refusal.in_use is None else refusal.in_use,
        refusal.id,
    )


def _said(value: int | str | None) -> int | str:
    return "not known" if value in {None, ""} else value
