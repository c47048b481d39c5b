"""The published data are those the codebook describes."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parent.parent / "data" / "published"
README = (FOLDER / "README.md").read_text("utf-8")
# file: people, columns, SHA-256
FILES = {
    "rossi.csv": (432, 9, "0214400170e07f3015a285edca2014cac0dae8aac125fcbaad642490e05f892c"),
    "recid.csv": (1445, 17, "00c6700c342bc6cc1ca1bcf025792745c25592dfed6b6b398b0f5b9cc9828a70"),
    "nsw_mixtape.csv": (445, 10, "fba79d732079ce39e1c931498ad81dfecfd0db85a810e2d7ac5eb100b186a473"),
    "cps_mixtape.csv": (15992, 10, "7c193fd64a9dabc075a23589482bb046ef4b7ae01d7df92c13816ba461149f0a"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_published_file_is_whole_and_complete(name):
    people, columns, digest = FILES[name]
    table = pd.read_csv(FOLDER / name)
    assert table.shape == (people, columns)
    assert not table.isna().to_numpy().any()
    assert hashlib.sha256((FOLDER / name).read_bytes().replace(b"\r\n", b"\n")).hexdigest() == digest


def test_the_codebook_describes_every_file_and_column_in_both_languages():
    assert {path.name for path in FOLDER.iterdir()} == {*FILES, "README.md"}
    for part in README.split("# Published data in English"):
        for name, (people, _, _) in FILES.items():
            assert f"`{name}`" in part
            assert str(people) in part.replace(".", "").replace(",", "")
            assert all(f"`{column}`" in part for column in pd.read_csv(FOLDER / name, nrows=1))


def test_counts_are_those_of_the_publications():
    """Dehejia & Wahba (1999), table 3: 1,794; Allison (1995) on Rossi: 114 arrests; Chung et al. (1991): 552 back."""
    nsw, rossi, recid = (pd.read_csv(FOLDER / f"{name}.csv") for name in ("nsw_mixtape", "rossi", "recid"))
    means = nsw.groupby("treat")["re78"].mean()
    assert round(means[1] - means[0]) == 1794
    assert list(nsw["treat"].value_counts().sort_index()) == [260, 185]
    assert rossi["arrest"].sum() == 114
    assert (1 - recid["cens"]).sum() == 552
