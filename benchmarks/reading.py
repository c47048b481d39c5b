"""A workbook of 5 000 people x 60 items, labels in the cells: read and checked, beside pandas.read_excel alone.

python benchmarks/reading.py
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

import reintegra as rg

PEOPLE, ITEMS = 5_000, 60
LABELS = ["Sangat tidak sesuai", "Tidak sesuai", "Ragu-ragu", "Sesuai", "Sangat sesuai"]

DEFINITION = f"""\
format = 1
name = "panjang"
status = "draft"
language = "id"
title.id = "Uji kecepatan"
[responses]
sesuai = [{", ".join(f'{{ value = {code}, id = "{label}" }}' for code, label in enumerate(LABELS, 1))}]
{"".join(f'[[items]]{chr(10)}name = "b{n}"{chr(10)}label.id = "Pertanyaan nomor {n}?"{chr(10)}' for n in range(ITEMS))}
[[scores]]
name = "semua"
items = [{", ".join(f'"b{n}"' for n in range(ITEMS))}]
rule = "mean"
"""


def main():
    """Write the workbook, read it both ways, print the seconds."""
    rng = np.random.default_rng(20250312)
    codes = rng.integers(0, len(LABELS), (PEOPLE, ITEMS))
    with tempfile.TemporaryDirectory() as folder:
        path, definition = Path(folder) / "jawaban.xlsx", Path(folder) / "panjang.toml"
        definition.write_text(DEFINITION, encoding="utf-8")
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Jawaban")
        sheet.append(["Kode", *(f"Pertanyaan nomor {n}?" for n in range(ITEMS))])
        for person, row in enumerate(codes):
            sheet.append([f"P{person:05}", *(LABELS[code] for code in row)])
        book.save(path)

        start = time.perf_counter()
        pd.read_excel(path)
        pandas = time.perf_counter() - start
        start = time.perf_counter()
        read = rg.read_responses(path, definition)
        ours = time.perf_counter() - start
        assert (read.codes.to_numpy() == codes + 1).all()
    print(f"pandas.read_excel, nothing checked: {pandas:.2f} s; read and checked: {ours:.2f} s")


if __name__ == "__main__":
    main()
