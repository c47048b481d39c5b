"""1 000 000 people x 40 items, read from a file, checked and scored: time and the highest memory.

python benchmarks/large_file.py            CSV
python benchmarks/large_file.py parquet    where pyarrow is installed
python benchmarks/large_file.py pandas     the CSV by pandas.read_csv and row means, nothing checked
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ITEMS = [f"butir{i:02d}" for i in range(1, 41)]
DEFINITION = """format = 1
name = "besar"
status = "example"
language = "id"
title.id = "40 butir"
items = [{items}]
[responses]
lima = [1, 2, 3, 4, 5]
[[scores]]
name = "total"
items = [{names}]
rule = "mean"
min_answered = 30
rescale = [0, 100]
"""


def write_csv(path, people):
    """Write the file in pieces, so that making it needs no memory either."""
    rng = np.random.default_rng(1)
    with path.open("w", newline="") as file:
        file.write("kode," + ",".join(ITEMS) + "\n")
        for start in range(0, people, 50_000):
            codes = rng.integers(1, 6, (50_000, 40)).astype("U1")
            file.writelines(f"K{start + i}," + ",".join(row) + "\n" for i, row in enumerate(codes))


def write_parquet(csv, path):
    """Turn the CSV file into Parquet, in pieces."""
    import pyarrow.csv
    import pyarrow.parquet

    with pyarrow.csv.open_csv(csv) as reader, pyarrow.parquet.ParquetWriter(path, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def main(kind, people=1_000_000):
    """Make the file, read it, score it."""
    with tempfile.TemporaryDirectory() as folder:
        csv = Path(folder) / "besar.csv"
        write_csv(csv, people)
        path = csv
        if kind == "parquet":
            path = csv.with_suffix(".parquet")
            write_parquet(csv, path)
        (Path(folder) / "besar.toml").write_text(
            DEFINITION.format(
                items=", ".join(f'{{ name = "{i}" }}' for i in ITEMS), names=", ".join(f'"{i}"' for i in ITEMS)
            )
        )
        start = time.perf_counter()
        if kind == "pandas":
            import pandas as pd

            frame = pd.read_csv(path)
            mean = frame[ITEMS].mean(axis=1).mean()
        else:
            import reintegra as rg

            table = rg.score(rg.read_responses(path, Path(folder) / "besar.toml")).table
            mean = table["total"].mean()
        taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{kind}: {people:,} x 40 in {taken:.1f} s, highest memory {peak:.2f} GB (mean {mean:.2f})")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "csv")
