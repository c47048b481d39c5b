"""The report of 500 people: page, workbook and 500 sheets.

python benchmarks/report.py
"""

import tempfile
import time

import matplotlib as mpl
import numpy as np
import pandas as pd

import reintegra as rg


def main():
    """Write one report and say how long it took."""
    mpl.use("Agg")
    instrument = rg.load_instrument("siap_36")
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        rng.integers(1, 5, (500, 36)), columns=instrument.item_names, index=[f"K{i:03d}" for i in range(500)]
    )
    frame["unit"] = rng.choice(list("ABCDEF"), 500)
    for turn in ("first", "second"):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            made = rg.report(rg.score(frame, instrument), folder)
            print(f"{turn} report of 500 people, {len(made.sheets)} sheets: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
