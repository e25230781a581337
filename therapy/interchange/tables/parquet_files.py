"""Tables as Parquet, a row group for each block of rows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from therapy.interchange.tables.columns import Column, Kind, Row, Table


@contextmanager
def parquet_file(path: Path, table: Table) -> Iterator[Callable[[Sequence[Row]], None]]:
    """Write the table's file; gives what writes some of its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [
            pa.field(
                column.name,
                _type(column),
                nullable=column.optional,
                metadata={"meaning": column.meaning, "unit": column.unit},
            )
            for column in table.columns
        ]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def write(block: Sequence[Row]) -> None:
            cells = zip(*block, strict=True)
            arrays = [
                pa.array(values, type=field.type)
                for values, field in zip(cells, schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))

        yield write


def _type(column: Column) -> Any:
    import pyarrow as pa

    types = {
        Kind.INTEGER: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.INSTANT: pa.timestamp("us", tz="UTC"),
        Kind.DATE: pa.date32(),
    }
    return types.get(column.kind, pa.string())
