"""What a follow-up claims, says and refuses; what changes nothing in it."""

import sys

import numpy as np
import pandas as pd
import pytest
from released_people import RELEASED, E, followed, people, rossi

import reintegra as rg
from reintegra.core.language import LANGUAGES, speaking
from reintegra.evaluate import compare, cox, follow_up
from reintegra.evaluate.survival import Curve


def numbers_of(found):
    tables = (found.table, found.means, found.tests, found.cox.table, found.cox.proportional)
    return np.concatenate([t.select_dtypes("number").to_numpy(dtype=float).ravel() for t in tables])


def test_neither_the_order_of_rows_nor_names_of_sites_change_a_number():
    table, options = people(), {"site": "site", "covariates": ["age"], "event": "event", "competing": [2]}
    expected = numbers_of(followed(table, **options))
    shuffled = table.sample(frac=1, random_state=3)
    renamed = shuffled.assign(site=shuffled["site"].map({"S1": "d", "S2": "a", "S3": "c", "S4": "b"}))
    for other in (shuffled, renamed):
        assert numbers_of(followed(other, **options)) == pytest.approx(expected, rel=1e-8, nan_ok=True)


def test_people_in_two_tables_give_what_they_give_in_one():
    table = people()
    merged = pd.concat([table[table["day"] > 200], table[table["day"] <= 200]])
    assert numbers_of(followed(merged)) == pytest.approx(numbers_of(followed(table)), rel=1e-9, nan_ok=True)


def test_exchanging_programmes_turns_the_difference_round_and_nothing_else():
    plain, turned = followed(), followed(reference=1)
    assert turned.table["estimate"].iloc[0] == pytest.approx(-plain.table["estimate"].iloc[0], rel=1e-12)
    assert turned.table["se"].iloc[0] == pytest.approx(plain.table["se"].iloc[0], rel=1e-12)
    assert turned.tests["statistic"].iloc[0] == pytest.approx(plain.tests["statistic"].iloc[0], rel=1e-9)
    assert turned.cox.table["estimate"].iloc[0] == pytest.approx(-plain.cox.table["estimate"].iloc[0], rel=1e-8)


def test_time_in_weeks_gives_the_same_answer_in_weeks():
    plain = followed()
    weeks = followed(people().assign(day=lambda t: t["day"] / 7), horizon=365 / 7, unit="weeks")
    assert 7 * weeks.table["estimate"].iloc[0] == pytest.approx(plain.table["estimate"].iloc[0], rel=1e-9)
    assert weeks.tests["statistic"].iloc[0] == pytest.approx(plain.tests["statistic"].iloc[0], rel=1e-9)
    assert weeks.cox.table["estimate"].iloc[0] == pytest.approx(plain.cox.table["estimate"].iloc[0], rel=1e-9)


def test_dates_give_what_days_give_whenever_the_release_was():
    table = people()
    for first in ("2024-02-28", "2025-12-31"):
        release = pd.Timestamp(first) + pd.to_timedelta(np.arange(len(table)) % 40, unit="D")
        dated = table.assign(release=release, day=release + pd.to_timedelta(table["day"], unit="D"))
        found = followed(dated, release="release")
        assert numbers_of(found) == pytest.approx(numbers_of(followed()), rel=1e-9, nan_ok=True)


def test_what_happens_after_the_horizon_does_not_move_the_mean_time_free():
    table = people()
    cut = table.assign(back=table["back"].where(table["day"] < 365, 0), day=table["day"].clip(upper=365))
    found, expected = (followed(t).means[["estimate", "se"]].to_numpy() for t in (cut, table))
    assert found == pytest.approx(expected, rel=1e-12)


def test_without_losses_the_mean_time_free_is_a_plain_mean():
    table = people().assign(back=1)
    found = followed(table)
    for row, (_, part) in zip(found.means.to_dict("records"), table.groupby("programme"), strict=True):
        capped = part["day"].clip(upper=365)
        assert row["estimate"] == pytest.approx(capped.mean(), rel=1e-12)
        assert row["se"] == pytest.approx(capped.std(ddof=0) / len(part) ** 0.5, rel=1e-9)


def test_ties_are_broken_events_first():
    """Five people, one event and one loss on day 2: the one lost is still at risk then."""
    curve = Curve(np.array([1.0, 2, 2, 3, 4]), np.array([1.0, 1, 0, 0, 1]))
    assert list(curve.risk) == [5, 4, 1]
    assert curve.survival == pytest.approx([0.8, 0.6, 0.0], abs=1e-15)


def test_not_found_is_not_counted_as_free():
    table = people()
    lost = table.index < 20
    blank = followed(table.assign(day=table["day"].mask(lost), source=table["source"].mask(lost)))
    assert blank.followed["lost"].sum() == 20
    assert blank.table["n"].iloc[0] == 300
    quiet = table.assign(back=table["back"].mask(lost, 0), source=table["source"].mask(lost, "Tidak_ditemukan"))
    assert followed(quiet).table["estimate"].iloc[0] == blank.table["estimate"].iloc[0]
    kept = followed(table[~lost])
    assert blank.table["estimate"].iloc[0] == pytest.approx(kept.table["estimate"].iloc[0], rel=1e-12)
    assert "rows-left-out" not in {note.code for note in blank.notes}
    bounds, row = blank.bounds.iloc[0], blank.table.iloc[0]
    assert bounds["low"] < row["estimate"] < bounds["high"]
    assert "not-found" in {note.code for note in blank.notes}
    assert any("tidak sama dengan tetap bebas" in sentence for sentence in blank.sentences("id"))


def test_the_bounds_are_the_curves_had_all_those_lost_come_back_at_once_or_never():
    table = people()
    table.loc[table.index < 30, ["day", "source"]] = np.nan
    found = followed(table)
    lost = table["day"].isna()
    for high in (False, True):
        never = lost & ((table["programme"] == 1) == high)
        told = table.assign(source="x", day=table["day"].where(~lost, np.where(never, 1e6, 0)))
        told["back"] = told["back"].where(~lost, np.where(never, 0, 1))
        shares = [(~lost)[table["programme"] == g].mean() for g in (0, 1)]
        means = [s * m for s, m in zip(shares, found.means["estimate"], strict=True)]
        expected = (means[1] + 365 * (1 - shares[1]) * high) - (means[0] + 365 * (1 - shares[0]) * (not high))
        assert found.bounds.iloc[0]["high" if high else "low"] == pytest.approx(expected, rel=1e-12)


def test_columns_that_pandas_reads_as_nullable_give_the_same():
    table = people()
    gone = table.index < 9
    plain = table.assign(day=table["day"].mask(gone), source=table["source"].mask(gone))
    typed = plain.astype({"day": "Int64", "back": "boolean", "source": "string"})
    assert numbers_of(followed(typed)) == pytest.approx(numbers_of(followed(plain)), rel=1e-12, nan_ok=True)


def test_an_event_on_the_day_of_release_counts_and_is_said():
    table = people()
    table.loc[0, ["day", "back"]] = [0, 1]
    found = followed(table)
    assert "events-at-once" in {note.code for note in found.notes}
    first = found.survival[(found.survival["name"] == str(table.loc[0, "programme"]))].iloc[0]
    assert (first["time"], first["events"]) == (0, 1)
    assert first["estimate"] < 1


def test_one_programme_shows_its_own_curve_and_claims_nothing():
    found = followed(people().query("programme == 1"))
    assert found.layout == "one_group"
    assert found.table["estimate"].tolist() == pytest.approx([E["rmst365"]["mean"][1]], rel=1e-9)
    assert np.isnan(found.table["p_value"]).all()
    assert not len(found.claims)
    assert found.sentences("en")[0].startswith("One programme only")


def test_people_are_compared_inside_their_sites_by_the_pseudo_values_of_compare():
    table = people()
    found = followed(table, site="site", covariates=["age"])
    values = table.assign(free=np.nan)
    for _, part in table.groupby("programme"):
        values.loc[part.index, "free"] = Curve(part["day"].to_numpy(float), part["back"].to_numpy(float)).pseudo(365)
    asked = {"outcome": "free", "programme": "programme", "site": "site", "covariates": ["age"], "opinions": False}
    expected = compare(values, **asked).table.iloc[0]
    row = found.table.set_index("measure").loc["rmst_by_layout"]
    assert row["estimate"] == pytest.approx(expected["estimate"], rel=1e-9)
    assert row["se"] == pytest.approx(expected["se"], rel=1e-9)
    assert found.grade == 4
    assert np.isnan(found.table.set_index("measure").loc["rmst", "p_value"]), "people are no sample of sites"


def test_where_people_cannot_be_compared_by_site_nothing_is_claimed_of_them(monkeypatch):
    def refused(*_, **__):
        raise rg.DesignError("too-few-sites", sites=1, needed=2)

    monkeypatch.setattr(sys.modules["reintegra.evaluate.follow_up"], "compare", refused)
    found = followed(site="site")
    assert not found.claims["enough"].any()
    assert "not-computed" in {note.code for note in found.notes}
    assert "too few sites" in " ".join(found.sentences("en"))


def test_pseudo_values_without_sites_give_the_difference_of_the_curves():
    found = followed()
    assert found.by_layout.table["estimate"].iloc[0] == pytest.approx(found.table["estimate"].iloc[0], rel=1e-9)


def test_one_programme_a_site_gets_no_p_value_from_its_people():
    table = people().assign(site=lambda t: np.where(t["programme"] == 1, "A", "B"))
    found = followed(table, site="site")
    assert found.layout == "one_site_each"
    assert found.table[["se", "p_value", "ci_low"]].isna().all().all()
    assert found.tests["p_value"].isna().all()
    assert found.cox is None
    assert "cannot be told apart" in " ".join(found.sentences("en"))
    spread = people().assign(site=lambda t: t["programme"].astype(str) + t["site"])
    between = followed(spread, site="site")
    rows = between.table.set_index("measure")
    assert np.isnan(rows.loc["rmst", "p_value"])
    assert rows.loc["rmst_by_layout", "df"] < 8
    assert between.tests["p_value"].isna().all()


def test_two_sites_carry_an_interval_and_no_verdict():
    found = followed(people().query("site in ['S1', 'S2']"), site="site", horizon=300)
    row = found.table.set_index("measure").loc["rmst_by_layout"]
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    assert np.isnan(found.table["p_value"]).all()
    assert np.isnan(found.tests["p_value"]).all()
    assert np.isfinite(found.tests["statistic"]).all()
    assert "too few sites" in " ".join(found.sentences("en"))


def test_only_a_documented_lot_may_say_caused():
    table = people().assign(programme=lambda t: t["programme"].map({0: "biasa", 1: "bantuan"}))
    said = {lot: " ".join(followed(table, by_lot=lot).sentences("id")) for lot in (False, True)}
    assert "menyebabkan" in said[True]
    assert "menyebabkan" not in said[False]
    assert "menyebabkan" not in " ".join(followed(table, by_lot=True, grade=2).sentences("id"))


def test_aid_by_lot_after_release_is_not_settled_by_rossi():
    """Rossi, Berk & Lenihan (1980): 216 with aid, 216 without; p of the log-rank test .0501."""
    found = follow_up(rossi(), **RELEASED, by_lot=True)
    assert round(found.tests["p_value"].iloc[0], 4) == 0.0501
    assert "menyebabkan" not in " ".join(found.sentences("id"))
    assert found.followed["early"].sum() == 0


def test_sources_that_differ_between_programmes_are_said():
    table = people()
    found = followed(table.assign(source=np.where(table["programme"] == 1, "diri", "catatan")))
    assert "sources-differ" in {note.code for note in found.notes}
    assert found.sources.set_index(["name", "source"]).loc[("1", "diri"), "share"] == 1
    assert "sources-differ" not in {note.code for note in followed().notes}


def test_a_programme_to_whose_people_nothing_happened_has_no_interval():
    table = people().assign(back=lambda t: t["back"].where(t["programme"] == 0, 0))
    found = followed(table)
    assert found.table[["se", "p_value"]].isna().all().all()
    assert found.means["se"].isna().tolist() == [False, True]
    assert "no proof" in " ".join(found.sentences("en"))


def test_a_programme_to_whose_people_nothing_happened_before_the_horizon_has_no_interval_either():
    first = people().loc[lambda t: (t["back"] == 1) & (t["programme"] == 1), "day"].min()
    found = followed(horizon=float(first) / 2)
    at = found.means.set_index("name").loc["1"]
    assert [at["estimate"], at["free"]] == [first / 2, 1]
    assert at[["se", "ci_low", "ci_high"]].isna().all()
    assert found.table[["se", "p_value"]].isna().all().all()
    assert f"within {first / 2:.0f} days" in " ".join(found.sentences("en"))


def test_a_grade_too_high_and_a_covariate_without_end_are_refused_and_not_noted():
    for code, options in (
        ("grade-too-high", {"grade": 5, "covariates": ["age"]}),
        ("infinite-values", {"frame": people().assign(age=np.inf), "covariates": ["age"]}),
    ):
        with pytest.raises(rg.ReintegraError) as caught:
            followed(options.pop("frame", None), **options)
        assert caught.value.code == code


def test_a_code_of_what_comes_first_is_a_number_of_its_own():
    for competing in (["died"], [float("nan")], [0], {1: "died"}):
        with pytest.raises(rg.DataError) as caught:
            followed(competing=competing)
        assert caught.value.code == "no-such-choice"


def test_hazards_that_part_people_without_end_are_refused():
    table = people().assign(never=lambda t: (t["back"] == 0).astype(int))
    with pytest.raises(rg.DataError) as caught:
        cox(table, time="day", event="back", terms=["never"])
    assert caught.value.code == "hazard-without-end"


BAD = {
    "event-before-release": {"day": -5},
    "not-followed": {"day": 0, "back": 0},
    "event-code": {"back": 2},
    "no-source": {"source": None},
    "infinite-values": {"day": np.inf},
    "blank-in-column": {"back": np.nan},
}


@pytest.mark.parametrize("code", BAD)
def test_one_impossible_person_is_refused_by_name(code):
    table = people().astype({"day": float, "back": float, "source": object})
    for column, value in BAD[code].items():
        table.loc[7, column] = value
    with pytest.raises(rg.DataError) as caught:
        followed(table)
    assert caught.value.code == code


def test_what_cannot_be_followed_is_refused_by_name():
    table = people()
    twice = table.assign(code=[1, 1, *range(2, 320)], programme=[0, 0, *[0, 1] * 159])
    calls = {
        "nobody-back": lambda: followed(table.assign(back=0)),
        "horizon-too-far": lambda: followed(horizon=table["day"].max() + 1),
        "code-twice-a-wave": lambda: followed(twice, person="code"),
        "no-such-group": lambda: followed(table.drop(columns="source")),
        "found-and-not": lambda: followed(table.assign(source="tidak ditemukan")),
        "not-dates": lambda: followed(table.assign(release="2024-01-01"), release="release"),
        "words-for-numbers": lambda: followed(table.assign(back="ya")),
        "not-a-level": lambda: followed(level=95),
        "no-such-choice": lambda: followed(competing={1: "pindah"}),
        "no-such-term": lambda: cox(table, time="day", event="back", terms=[]),
        "all-lost": lambda: followed(table.assign(day=table["day"].mask(table["programme"] == 1))),
    }
    for code, call in calls.items():
        with pytest.raises(rg.ReintegraError) as caught:
            call()
        assert caught.value.code == code


def test_a_horizon_everyone_outlives_in_one_programme_only_is_refused():
    table = people()
    short = table.assign(back=table["back"].where((table["programme"] == 0) | (table["day"] < 300), 0))
    short["day"] = short["day"].where(short["programme"] == 0, short["day"].clip(upper=300))
    with pytest.raises(rg.DataError, match="300"):
        followed(short)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_follow_up_is_told_in_both_languages_and_shows_itself(lang):
    with speaking(lang):
        found = followed(event="event", competing={2: "pindah"}, site="site", covariates=["age"])
        page = found._repr_html_()
        assert all(sentence[:40] in page.replace("&quot;", '"') for sentence in found.sentences())
        assert all(note.text[:40] in page for note in found.notes)
        assert str(found) == found.sentence
        assert "{" not in page
    assert found.sentences("id") != found.sentences("en")
