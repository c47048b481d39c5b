"""REFI-QDA codebooks and projects are valid by the standard's own schemas, and come back as they went."""

import itertools
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from reintegra.consult import answers as texts_of
from reintegra.consult import (
    codebook_of,
    consensus,
    load_codebook,
    read_consultations,
    read_qdc,
    read_qdpx,
    read_tags,
    read_texts,
    write_qdc,
    write_qdpx,
    write_tags,
    write_texts,
)
from reintegra.consult.codebook import SECTIONS
from reintegra.consult.coding import CODINGS
from reintegra.consult.masking import mask
from reintegra.core.language import speaking

SCHEMAS = Path(__file__).parents[1] / "reference" / "refi"
DEMO = Path(__file__).parents[2] / "data" / "demo"
EACH = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def schema(name):
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{name}.xsd"))


def valid(name, data):
    schema(name).assertValid(etree.fromstring(data))


def reviewed(answers):
    """Return answers as `mask` and a reviewer leave them."""
    return replace(mask(answers), table=answers.assign(reviewed=True, reviewed_by="R1"))


def answers_of(texts, sections=SECTIONS, **columns):
    """Return one answer a text, in turn of each section."""
    rows = [
        {"answer": f"P{place:02}.1.{section}", "person": f"P{place:02}", "wave": 1, "section": section, "text": text}
        for place, (text, section) in enumerate(zip(texts, itertools.cycle(sections), strict=False))
    ]
    return pd.DataFrame(rows).assign(**columns)


def codings_of(answers, codebook, coders=("A", "B"), which=lambda place, coder, code: (place + code) % 3 == 0):
    rows = []
    for place, row in enumerate(answers.to_dict("records")):
        for nth, coder in enumerate(coders):
            for code, name in enumerate(codebook.of_section(row["section"])):
                base = {key: row[key] for key in ("answer", "person", "wave", "section")}
                rows.append(base | {"coder": coder, "code": name, "value": int(which(place + nth, coder, code))})
    return pd.DataFrame(rows)


def project(path):
    with zipfile.ZipFile(path) as archive:
        return archive.read("project.qde")


EMPTY = pd.DataFrame(columns=list(CODINGS))
TEXTS = ["Saya ingin kumpul lagi", "Takut 😀 dicap", "Baris satu\r\nbaris dua", "\ufeffdengan tanda", ""]


def test_the_shipped_codebook_is_a_valid_refi_codebook_and_comes_back(tmp_path):
    codebook = load_codebook()
    data = write_qdc(codebook, tmp_path / "a.qdc").read_bytes()
    valid("Codebook", data)
    again = read_qdc(tmp_path / "a.qdc")
    pd.testing.assert_frame_equal(again.table, codebook.table)
    assert write_qdc(again, tmp_path / "b.qdc").read_bytes() == data


def test_a_codebook_is_the_same_bytes_in_either_language(tmp_path):
    made = set()
    for lang in ("id", "en"):
        with speaking(lang):
            made.add(write_qdc(load_codebook(), tmp_path / f"{lang}.qdc").read_bytes())
    assert len(made) == 1


def test_sections_are_headings_codes_stand_below_them_and_topics_are_sets(tmp_path):
    codebook = load_codebook()
    root = etree.fromstring(write_qdc(codebook, tmp_path / "a.qdc").read_bytes())
    space = {"q": "urn:QDA-XML:codebook:1.0"}
    tops = root.xpath("q:Codes/q:Code", namespaces=space)
    assert [top.get("name") for top in tops] == [*codebook.sections, "none"]
    assert {top.get("isCodable") for top in tops[:-1]} == {"false"}
    for top in tops[:-1]:
        below = [one.get("name") for one in top.xpath("q:Code", namespaces=space)]
        assert below == list(codebook.of_section(top.get("name")))
    names = {one.get("guid"): one.get("name") for one in root.iter("{*}Code")}
    for topic in root.iter("{*}Set"):
        members = {names[one.get("guid")] for one in topic.iter("{*}MemberCode")}
        assert members == {code for code in codebook.codes if codebook.topic_of[code] == topic.get("name")}


def test_the_tags_of_taguette_come_back(tmp_path):
    codebook = load_codebook()
    write_tags(codebook, tmp_path / "tags.csv")
    head, first = (tmp_path / "tags.csv").read_text("utf-8").splitlines()[:2]
    assert head == "tag,description"
    assert first.startswith('hope.H_KELUARGA,"topic: family')
    pd.testing.assert_frame_equal(read_tags(tmp_path / "tags.csv").table, codebook.table)


# a letter, so that no cell is blank once it is tidied
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=25).map(lambda text: f"a{text}")


@st.composite
def codebooks(draw):
    """Codebooks with any texts, some sections without codes, in any order."""
    count = draw(st.integers(1, 8))
    sections = draw(st.lists(st.sampled_from(SECTIONS), min_size=count, max_size=count))
    rows = [
        {"code": f"C{place}", "section": section}
        | {name: draw(words) for name in ("topic", "label_id", "label_en", "definition_id", "definition_en")}
        | {name: draw(st.one_of(st.just(""), words)) for name in ("include_id", "exclude_en", "example_id", "catatan")}
        for place, section in enumerate(sections)
    ]
    return codebook_of(pd.DataFrame(rows)[[*rows[0]]])


@EACH
@given(codebook=codebooks())
def test_any_codebook_is_valid_and_comes_back(tmp_path, codebook):
    data = write_qdc(codebook, tmp_path / "a.qdc").read_bytes()
    valid("Codebook", data)
    again = read_qdc(tmp_path / "a.qdc")
    pd.testing.assert_frame_equal(again.table[codebook.table.columns], codebook.table)
    assert write_qdc(again, tmp_path / "b.qdc").read_bytes() == data
    write_tags(codebook, tmp_path / "a.csv")
    pd.testing.assert_frame_equal(read_tags(tmp_path / "a.csv").table[codebook.table.columns], codebook.table)


def test_a_project_is_valid_and_comes_back(tmp_path):
    codebook = load_codebook()
    answers = answers_of(
        TEXTS * 4, site="LP A", programme=["x", None] * 10, officer_present=[0.0, 1.0, 2.0, np.nan] * 5
    )
    codings = codings_of(answers, codebook)
    path = write_qdpx(reviewed(answers), codings, codebook, tmp_path / "a.qdpx")
    valid("Project", project(path))
    read = read_qdpx(path)
    pd.testing.assert_frame_equal(read.answers, answers, check_column_type=False)
    pd.testing.assert_frame_equal(read.codings, codings)
    pd.testing.assert_frame_equal(read.codebook.table, codebook.table)
    again = write_qdpx(
        reviewed(read.answers), read.codings, read.codebook, tmp_path / "b.qdpx", selections=read.selections
    )
    assert again.read_bytes() == path.read_bytes()


def test_the_invented_consultations_go_to_another_program_and_come_back_to_the_same_consensus(tmp_path):
    texts = texts_of(read_consultations(DEMO / "konsultasi.csv"))
    codings = pd.read_csv(DEMO / "koding.csv")
    masked = mask(texts).mark_reviewed(answers=texts["answer"], by="R1")
    read = read_qdpx(write_qdpx(masked, codings, load_codebook(), tmp_path / "a.qdpx"))
    order = ["answer", "code"]
    there, back = (consensus(table).table.sort_values(order, ignore_index=True) for table in (codings, read.codings))
    pd.testing.assert_frame_equal(back, there)


def test_read_and_nothing_applies_is_not_the_same_as_not_read(tmp_path):
    codebook = load_codebook()
    answers = answers_of(TEXTS[:3], ["hope"])
    codings = codings_of(answers, codebook, which=lambda *_: False)
    codings = codings[(codings["coder"] == "A") | (codings["answer"] != answers["answer"][1])].reset_index(drop=True)
    path = write_qdpx(reviewed(answers), codings, codebook, tmp_path / "a.qdpx")
    read = read_qdpx(path)
    pd.testing.assert_frame_equal(read.codings, codings)
    assert set(read.selections["code"]) == {"none"}


@EACH
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=6),
    bits=st.lists(st.booleans(), min_size=40, max_size=40),
    coders=st.lists(words, min_size=1, max_size=3, unique=True).map(sorted),
)
def test_any_texts_and_codings_come_back(tmp_path, texts, bits, coders):
    codebook = load_codebook()
    answers = answers_of(texts)
    drawn = itertools.cycle(bits)
    codings = codings_of(answers, codebook, coders, lambda *_: next(drawn))
    path = write_qdpx(reviewed(answers), codings, codebook, tmp_path / "a.qdpx")
    valid("Project", project(path))
    read = read_qdpx(path, codebook=codebook)
    pd.testing.assert_frame_equal(read.answers, answers)
    pd.testing.assert_frame_equal(read.codings, codings)
    again = write_qdpx(reviewed(answers), read.codings, codebook, tmp_path / "b.qdpx", selections=read.selections)
    assert again.read_bytes() == path.read_bytes()
    write_texts(reviewed(answers), tmp_path / "texts.zip")
    pd.testing.assert_frame_equal(read_texts(tmp_path / "texts.zip"), answers)


def test_ids_that_answers_had_to_number_are_read_back(tmp_path):
    texts = texts_of(pd.DataFrame({"person": ["P 1", "P_1"], "wave": ["awal", "awal"], "hope": ["baik", "kerja"]}))
    assert list(texts["answer"]) == ["P_1.awal.hope", "P_1.awal.hope_2"]
    read = read_texts(write_texts(reviewed(texts), tmp_path / "a.zip"))
    assert list(read["section"]) == ["hope", "hope"]


def test_notes_are_one_text_file_an_answer_in_a_folder_or_an_archive(tmp_path):
    answers = answers_of(TEXTS)
    folder, archive = tmp_path / "catatan", tmp_path / "catatan.zip"
    write_texts(reviewed(answers), folder)
    write_texts(reviewed(answers), archive)
    assert sorted(path.name for path in folder.iterdir()) == [f"{answer}.txt" for answer in answers["answer"]]
    assert (folder / "P00.1.hope.txt").read_text("utf-8") == TEXTS[0]
    for place in (folder, archive):
        pd.testing.assert_frame_equal(read_texts(place), answers)
    first = archive.read_bytes()
    assert write_texts(reviewed(answers), tmp_path / "lagi.zip").read_bytes() == first


@pytest.mark.parametrize("write", [write_texts, lambda *a, **k: write_qdpx(a[0], EMPTY, load_codebook(), *a[1:], **k)])
def test_only_the_answers_asked_for_leave(tmp_path, write):
    answers = answers_of(TEXTS)
    path = write(reviewed(answers), tmp_path / "a.zip", answers=["P01.1.worry"])
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".txt")]
    assert texts == [TEXTS[1]]


def test_columns_that_were_not_named_do_not_leave(tmp_path):
    answers = answers_of(TEXTS, nama="Fulan bin Fulan")
    path = write_qdpx(reviewed(answers), EMPTY, load_codebook(), tmp_path / "a.qdpx")
    assert b"Fulan" not in project(path)
