from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management import BaseCommand, CommandError
from django.db import connection, models, transaction

from therapy.encryption import CannotDecrypt, encrypted_fields, renewed

ROWS_AT_ONCE = 500


class Command(BaseCommand):
    help = (
        "Encrypt every text about a person anew, under the newest key of ATTUNE_TEXT_KEYS. When it "
        "has finished, older keys may be taken off the list."
    )

    def handle(self, **options: Any) -> None:
        for model in apps.get_models():
            for field in encrypted_fields(model):
                try:
                    number = sum(_rotate(model, field))
                except CannotDecrypt as unreadable:
                    raise CommandError(f"{model.__name__}.{field}: {unreadable}") from unreadable
                self.stdout.write(f"{model.__name__}.{field}: {number} rows")


def _rotate(model: type[models.Model], field: str) -> Iterator[int]:
    """How many rows of each batch got new bytes. A batch is written whole or not at all, and
    running it again after a stop does no harm."""
    last: Any = None
    while batch := _after(model, field, last):
        with transaction.atomic():
            _write(model, field, [(renewed(stored), key) for key, stored in batch if stored])
        last = batch[-1][0]
        yield sum(bool(stored) for _, stored in batch)


def _after(model: type[models.Model], field: str, last: Any) -> list[tuple[Any, str]]:
    """The next keys and what is stored there, read and written past the field, which decrypts."""
    table, column, key = _names(model, field)
    where, values = (f"WHERE {key} > %s", [last]) if last is not None else ("", [])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {column} FROM {table} {where} ORDER BY {key} LIMIT {ROWS_AT_ONCE}",  # noqa: S608
            values,
        )
        return list(cursor.fetchall())


def _write(model: type[models.Model], field: str, rows: list[tuple[str, Any]]) -> None:
    table, column, key = _names(model, field)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", rows)  # noqa: S608


def _names(model: type[models.Model], field: str) -> list[str]:
    columns = {held.name: str(held.column) for held in model._meta.fields}
    names = (model._meta.db_table, columns[field], columns["id"])
    return [connection.ops.quote_name(name) for name in names]
