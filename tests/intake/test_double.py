"""Double entry: every cell that differs is found where it stands, counted once, and the rate has an exact interval."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import reintegra as rg
from reintegra.core.language import speaking
from reintegra.intake import compare_entries, responses_of
from reintegra.intake.double import _rates

SIAP = rg.load_instrument("siap_36")


def typed(people=20, seed=3):
    """Return answers of invented people: codes 1 to 4, some blank."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(1, 5, (people, 36)).astype(object)
    codes[rng.random((people, 36)) < 0.05] = None
    keys = pd.Index([f"UPA-{i:04d}" for i in range(1, people + 1)], name="kode")
    return pd.DataFrame(codes, columns=SIAP.item_names, index=keys)


def read(frame, path, **options):
    frame.to_csv(path)
    return rg.read_responses(path, SIAP, **options)


def test_every_difference_is_found_with_its_place_in_both_files(tmp_path):
    frame = typed()
    second = frame.iloc[::-1].copy()
    second.loc["UPA-0003", "emo1"] = None
    frame.loc["UPA-0003", "emo1"] = 4
    frame.loc["UPA-0007", "men1"], second.loc["UPA-0007", "men1"] = 1, 2
    found = compare_entries(read(frame, tmp_path / "a.csv"), read(second, tmp_path / "b.csv")).table
    rows = found.astype(object).where(found.notna(), None).to_numpy().tolist()
    assert rows == [
        ["UPA-0003", "", "emo1", 4, None, "F4", "F19"],
        ["UPA-0007", "", "men1", 1, 2, "B8", "B15"],
    ]


def test_the_rate_counts_cells_answered_in_at_least_one_typing(tmp_path):
    frame = typed()
    second = frame.copy()
    second.iloc[0, :4] = 1
    frame.iloc[0, :4] = [1, 2, None, None]
    made = compare_entries(read(frame, tmp_path / "a.csv"), read(second, tmp_path / "b.csv"))
    assert made.cells == int((frame.notna() | second.notna()).to_numpy().sum())
    assert (len(made.table), made.rate) == (3, 3 / made.cells)
    assert made.items["differences"].sum() == 3
    assert made.items["cells"].sum() == made.cells


def test_the_interval_is_that_of_r_and_of_statsmodels():
    # R 4: binom.test(682, 925), the example of its manual: 0.7076683 0.7654066
    differ = np.arange(925) < 682
    np.testing.assert_allclose(_rates(differ)[3:], (0.7076683, 0.7654066), atol=5e-8)
    for k, n in ((0, 40), (3, 720), (40, 40)):
        cells, differences, rate, *interval = _rates(np.arange(n) < k)
        assert (cells, differences, rate) == (n, k, k / n)
        np.testing.assert_allclose(interval, proportion_confint(k, n, method="beta"), rtol=1e-9)


def test_the_order_of_people_and_of_the_two_typings_changes_no_count(tmp_path):
    frame, second = typed(), typed()
    second[second.columns[::7]] = 2
    one, other = read(frame, tmp_path / "a.csv"), read(second.sample(frac=1, random_state=1), tmp_path / "b.csv")
    forth, back = compare_entries(one, other), compare_entries(other, one)
    assert (forth.cells, forth.rate, len(forth.table)) == (back.cells, back.rate, len(back.table))
    cells = set(forth.table[["code", "item"]].itertuples(index=False, name=None))
    assert cells == set(back.table[["code", "item"]].itertuples(index=False, name=None))


def test_people_typed_once_are_named_and_not_compared(tmp_path):
    frame = typed()
    made = compare_entries(read(frame.iloc[:18], tmp_path / "a.csv"), read(frame.iloc[1:], tmp_path / "b.csv"))
    assert (made.people, made.only_first, made.only_second) == (17, ("UPA-0001",), ("UPA-0019", "UPA-0020"))
    assert len(made.table) == 0
    assert made.rate == 0
    assert "UPA-0019" in str(made)


def test_waves_are_matched_within_a_person(tmp_path):
    frame = pd.concat([typed(5), typed(5, seed=4)], keys=["awal", "akhir"], names=["gelombang", "kode"]).swaplevel()
    second = frame.iloc[::-1].copy()
    second.loc[("UPA-0002", "akhir"), "men1"] = 1
    frame.loc[("UPA-0002", "akhir"), "men1"] = 3
    options = {"key": ["kode", "gelombang"]}
    made = compare_entries(read(frame, tmp_path / "a.csv", **options), read(second, tmp_path / "b.csv", **options))
    assert made.table[["code", "wave", "item", "first", "second"]].to_numpy().tolist() == [
        ["UPA-0002", "akhir", "men1", 3, 1]
    ]


def test_typists_are_compared_in_pairs_and_after_settling_each_has_errors_of_its_own(tmp_path):
    truth = typed()
    frame, second = truth.copy(), truth.copy()
    frame["pengetik"], second["pengetik"] = "T1", ["T2"] * 10 + ["T3"] * 10
    for place, column in ((0, "men1"), (12, "emo1"), (13, "emo1")):
        truth.iloc[place, truth.columns.get_loc(column)] = 1
        frame.iloc[place, frame.columns.get_loc(column)] = 1
        second.iloc[place, second.columns.get_loc(column)] = 2
    frame.iloc[1, 1], truth.iloc[1, 1], second.iloc[1, 1] = 4, 3, 3
    made = compare_entries(
        read(frame, tmp_path / "a.csv"), read(second, tmp_path / "b.csv"), typist="pengetik"
    )  # fmt: skip
    assert made.typists[["first", "second", "differences"]].to_numpy().tolist() == [["T1", "T2", 2], ["T1", "T3", 2]]
    assert made.typists["cells"].sum() == made.cells
    errors = made.errors(read(truth, tmp_path / "benar.csv"))
    assert errors[["file", "typist", "differences"]].to_numpy().tolist() == [
        ["a.csv", "T1", 1], ["b.csv", "T2", 1], ["b.csv", "T3", 2],
    ]  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"layout": "transposed"}])
def test_a_difference_stands_where_the_form_was_typed_in_other_layouts_too(options, tmp_path):
    frame = typed(5)
    second = frame.copy()
    frame.loc["UPA-0002", "emo1"], second.loc["UPA-0002", "emo1"] = 1, 2
    made = []
    for name, table in (("a", frame), ("b", second)):
        table = table.reset_index().T.reset_index() if options else table.reset_index()
        table.to_excel(tmp_path / f"{name}.xlsx", index=False, header=not options, sheet_name="Entri")
        made.append(rg.read_responses(tmp_path / f"{name}.xlsx", SIAP, **options))
    assert compare_entries(*made).table["first_at"].tolist() == ["Entri!C6" if options else "Entri!F3"]


def test_a_table_in_a_program_has_no_places_and_is_compared_all_the_same():
    frame = typed().astype(float)
    made = compare_entries(responses_of(frame, SIAP), responses_of(frame.replace(4, 3), SIAP))
    assert len(made.table) == int((frame == 4).to_numpy().sum())
    assert set(made.table["first_at"]) == {""}


def test_the_sentence_says_what_a_difference_means_in_both_languages(tmp_path):
    frame = typed()
    second = frame.copy()
    frame.iloc[0, 0], second.iloc[0, 0] = 1, 2
    made = compare_entries(read(frame, tmp_path / "a.csv"), read(second, tmp_path / "b.csv"))
    percent = f"{100 / made.cells:.2f}"
    assert f"1 dari {made.cells} sel berbeda ({percent.replace('.', ',')} %" in str(made)
    with speaking("en"):
        assert f"1 of {made.cells} cells differ ({percent} %" in str(made)
        assert "at least one of the two is wrong" in made.sentence
        assert list(made.shown().columns)[:2] == ["Code", "Item"]
        assert "p =" not in str(made)
