"""Released bases, read from their files."""

import hashlib
from functools import lru_cache

from adaptation.learning import bases
from adaptation.models import BaseModel


def loaded(base: BaseModel) -> bases.Base:
    """The base itself, read once a process. Raises bases.BadBase for a file that is not what was
    released."""
    return _load(base.weights.name, base.weights_sha256)


@lru_cache(maxsize=4)
def _load(name: str, sha256: str) -> bases.Base:
    with BaseModel.weights.field.storage.open(name) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise bases.BadBase(f"The file {name} is not what was released: its digest differs.")
    return bases.from_bytes(content)
