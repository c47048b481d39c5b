"""Parquet files, read in pieces with pyarrow where it is installed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from .grids import CHUNK, Grid, Row, Source, Truth


def parquet_grids(source: Source) -> list[Grid]:
    """Read a Parquet file as one grid whose first row is its column names."""
    try:
        from pyarrow import ArrowInvalid
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise source.refuse("needs-pyarrow") from None
    try:
        table = ParquetFile(io.BytesIO(source.data))
    except ArrowInvalid:
        raise source.refuse("damaged") from None

    def rows() -> Iterator[tuple[int, Row]]:
        yield 1, list(table.schema_arrow.names)
        number = 1
        for batch in table.iter_batches(CHUNK):
            columns: list[list[Any]] = [column.to_pylist() for column in batch.columns]
            for i, column in enumerate(columns):
                if str(batch.columns[i].type) == "bool":
                    columns[i] = [None if cell is None else Truth(str(cell)) for cell in column]
            for row in zip(*columns, strict=True):
                number += 1
                yield number, list(row)

    return [Grid(source.name, None, rows, rows_expected=table.metadata.num_rows)]
