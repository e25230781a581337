"""Records that are only ever added: what was once written down stays as it was."""

from typing import Any, NoReturn, TypeVar

from django.db import models

from therapy.access.walls import OfPatients

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class NeverChanged(Exception):
    """Someone tried to change or delete what may only be added to."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(
            f"A {model._meta.verbose_name} is never changed or deleted. Add a new one: it stands "
            "in place of the older ones."
        )


class AppendOnlyQuerySet(models.QuerySet[Row_co]):
    """Rows to read and to add to. The database refuses what goes past Django (migrations)."""

    def update(self, **changes: Any) -> NoReturn:
        raise NeverChanged(self.model)

    def bulk_update(self, *rows: Any, **options: Any) -> NoReturn:
        raise NeverChanged(self.model)

    def delete(self) -> NoReturn:
        raise NeverChanged(self.model)


class AdditionsOfPatients(OfPatients[Row_co]):
    """The manager of such rows with a `patient`: within the walls of clinics."""

    _queryset_class = AppendOnlyQuerySet


class AppendOnly(models.Model):
    """A row that cannot be saved again. Its key counts up, so that the newest row is known even
    where a clock went backwards."""

    id = models.BigAutoField(primary_key=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise NeverChanged(type(self))
        super().save(**options | {"force_insert": True})  # a key that is taken is no update

    def delete(self, using: Any = None, keep_parents: bool = False) -> NoReturn:
        raise NeverChanged(type(self))
