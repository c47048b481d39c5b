"""Hostile archives, broken files and codings that fit nothing are refused by name, and nothing reaches the disk."""

import contextlib
import io
import os
import stat
import struct
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reintegra.consult import (
    load_codebook,
    mask,
    read_qdc,
    read_qdpx,
    read_texts,
    write_qdc,
    write_qdpx,
)
from reintegra.consult.coding import CODINGS
from reintegra.consult.exchange import archive
from reintegra.core.errors import IntakeError
from reintegra.core.language import speaking

A, B = "AAAAAAAA-0000-0000-0000-000000000001", "BBBBBBBB-0000-0000-0000-000000000002"
HOPE, WORRY, NONE = (f"CCCCCCCC-0000-0000-0000-00000000000{n}" for n in (1, 2, 3))
HEADING = "DDDDDDDD-0000-0000-0000-000000000001"
SPACE = "urn:QDA-XML:project:1.0"
CODES = (
    f'<Code guid="{HEADING}" name="Harapan" isCodable="false">'
    f'<Code guid="{HOPE}" name="H_KERJA" isCodable="true"/></Code>'
    f'<Code guid="{WORRY}" name="worry" isCodable="true">'
    f'<Code guid="EEEEEEEE-0000-0000-0000-000000000001" name="K_KERJA" isCodable="true"/></Code>'
    f'<Code guid="{NONE}" name="none" isCodable="true"/>'
)
TEXT = "Saya takut. Saya mau kerja."
GOOD = {"P01.1.hope": [(0, len(TEXT), "", A, HOPE)]}


def members(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


def source(name, parts, text=TEXT):
    selections = "".join(
        f'<PlainTextSelection guid="{A[:-2]}{nth:02}" startPosition="{start}" endPosition="{end}" name="{called}">'
        f'<Coding guid="{B[:-2]}{nth:02}"{f" creatingUser={chr(34)}{who}{chr(34)}" if who else ""}>'
        f'<CodeRef targetGUID="{code}"/></Coding></PlainTextSelection>'
        for nth, (start, end, called, who, code) in enumerate(parts)
    )
    return f'<TextSource guid="{A}" name="{name}"><PlainTextContent>{text}</PlainTextContent>{selections}</TextSource>'


def project(sources=GOOD, *, users=(("A1", A), ("A2", B)), codes=CODES, more="", text=TEXT):
    """Return a project as another program would write it."""
    people = "".join(f'<User guid="{guid}" name="{name}"/>' for name, guid in users)
    inside = "".join(source(name, parts, text) for name, parts in sources.items())
    xml = (
        f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{SPACE}" name="x"><Users>{people}</Users>'
        f"<CodeBook><Codes>{codes}</Codes></CodeBook><Sources>{inside}{more}</Sources></Project>"
    )
    return members({"project.qde": xml})


def linked():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        member = zipfile.ZipInfo("sources/a.txt")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(member, "/etc/passwd")
    return data.getvalue()


def lying():
    """Return an archive whose directory says less than its file holds."""
    data = bytearray(members({"project.qde": "x" * 2_000_000}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(data)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><Project>&b;</Project>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Project>&a;</Project>'
DEEP = "<a>" * 60 + "</a>" * 60

HOSTILE = {
    "exchange-path": [
        members({"../../luar.txt": "x"}),
        members({"/etc/luar.txt": "x"}),
        members({"C:/luar.txt": "x"}),
        members({"a\\..\\luar.txt": "x"}),
        members({"/".join("abcdefghij"): "x"}),
        linked(),
    ],
    "exchange-members": [members({f"sources/{n}.txt": "" for n in range(10_000)})],
    "exchange-bomb": [
        members({"project.qde": bytes(20_000_000)}),
        members({f"{n}.txt": bytes(10**6) for n in range(9)}),
    ],
    "exchange-entities": [
        members({"project.qde": LAUGHS}),
        members({"project.qde": OUTSIDE}),
        members({"project.qde": LAUGHS.encode("utf-16")}),
        members({"project.qde": '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><Project/>'}),
    ],
    "exchange-too-deep": [members({"project.qde": DEEP})],
    "exchange-same-name": [members({"project.qde": "<a/>", "PROJECT.QDE": "<b/>"})],
    "exchange-damaged": [
        b"PK\x03\x04 bukan arsip",
        project()[:-40],
        lying(),
        members({"project.qde": "<Project>"}),
        members({"project.qde": b"\x00\x01\x02"}),
        members({"project.qde": '<?xml version="1.0" encoding="tidak-ada"?><Project/>'}),
    ],
    "exchange-not-refi": [
        members({"lain.txt": "x"}),
        members({"project.qde": "<Project/>"}),
        members({"project.qde": f'<CodeBook xmlns="{SPACE}"/>'}),
        members({"a.qde": "<a/>", "b.qde": "<a/>"}),
    ],
}


def refused(function, *arguments, **options):
    with pytest.raises(IntakeError) as caught:
        function(*arguments, **options)
    return caught.value


@pytest.mark.parametrize(("code", "data"), [(code, data) for code, all_ in HOSTILE.items() for data in all_])
def test_a_hostile_archive_is_refused_by_name_and_unpacks_nothing(code, data, tmp_path, monkeypatch):
    path = tmp_path / "dalam" / "proyek.qdpx"
    path.parent.mkdir()
    path.write_bytes(data)
    monkeypatch.setattr(zipfile.ZipFile, "extract", None)
    monkeypatch.setattr(zipfile.ZipFile, "extractall", None)
    before = sorted(os.walk(tmp_path))
    for lang in ("id", "en"):
        with speaking(lang):
            error = refused(read_qdpx, path)
            assert [problem.code for problem in error.problems] == [code]
            assert "proyek.qdpx" in str(error)
    assert sorted(os.walk(tmp_path)) == before


@pytest.mark.parametrize("code", ["exchange-path", "exchange-members", "exchange-bomb"])
def test_archives_of_notes_are_looked_over_in_the_same_way(code, tmp_path):
    path = tmp_path / "catatan.zip"
    path.write_bytes(HOSTILE[code][0])
    assert refused(read_texts, path).problems[0].code == code


def test_a_file_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    path = tmp_path / "proyek.qdpx"
    path.write_bytes(project())
    monkeypatch.setattr(archive, "LARGEST", 100)
    assert refused(read_qdpx, path).problems[0].code == "exchange-too-large"


def test_xml_of_too_many_elements_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "proyek.qdpx"
    path.write_bytes(project())
    monkeypatch.setattr(archive, "MOST_ELEMENTS", 5)
    assert refused(read_qdpx, path).problems[0].code == "exchange-too-deep"


@pytest.mark.parametrize("data", [LAUGHS, OUTSIDE])
def test_a_codebook_with_definitions_of_its_own_is_refused(data, tmp_path):
    path = tmp_path / "kode.qdc"
    path.write_text(data)
    assert refused(read_qdc, path).problems[0].code == "exchange-entities"


def test_a_good_project_of_another_program_is_read(tmp_path):
    path = tmp_path / "proyek.qdpx"
    path.write_bytes(project({"P01.1.hope.txt": [(12, 26, "Saya mau kerja", A, HOPE), (0, 4, "", B, NONE)]}))
    read = read_qdpx(path)
    assert read.answers.to_dict("records") == [
        {"answer": "P01.1.hope", "person": "P01", "wave": 1, "section": "hope", "text": TEXT}
    ]
    assert read.codings[["coder", "code", "value"]].to_numpy().tolist() == [["A1", "H_KERJA", 1], ["A2", "H_KERJA", 0]]
    assert read.selections.to_numpy().tolist() == [
        ["P01.1.hope", "A1", "H_KERJA", 12, 26],
        ["P01.1.hope", "A2", "none", 0, 4],
    ]
    assert list(read.codebook.table["guid"]) == [HOPE, "EEEEEEEE-0000-0000-0000-000000000001"]
    again = tmp_path / "lagi.qdpx"
    for _ in range(2):
        texts = replace(mask(read.answers), table=read.answers.assign(reviewed=True, reviewed_by="R1"))
        made = write_qdpx(texts, read.codings, read.codebook, again, selections=read.selections).read_bytes()
        assert read_qdpx(again).codebook.table.equals(read.codebook.table)
        read = read_qdpx(again)
    assert again.read_bytes() == made
    assert HOPE.encode() in zipfile.ZipFile(again).read("project.qde")


def test_codes_are_known_by_their_guid_whatever_they_are_called(tmp_path):
    codebook = load_codebook()
    answers = pd.DataFrame([{"answer": "P01.1.hope", "person": "P01", "wave": 1, "section": "hope", "text": TEXT}])
    rows = [(*answers.iloc[0, :4], "A1", code, int(code == "H_KERJA")) for code in codebook.of_section("hope")]
    texts = replace(mask(answers), table=answers.assign(reviewed=True, reviewed_by="R1"))
    path = write_qdpx(texts, pd.DataFrame(rows, columns=list(CODINGS)), codebook, tmp_path / "a.qdpx")
    with zipfile.ZipFile(path) as made:
        xml = made.read("project.qde").decode().replace('name="H_KERJA"', 'name="Pekerjaan"')
        files = {name: made.read(name) for name in made.namelist()} | {"project.qde": xml}
    (tmp_path / "b.qdpx").write_bytes(members(files))
    read = read_qdpx(tmp_path / "b.qdpx", codebook=codebook)
    assert list(read.codings.query("value == 1")["code"]) == ["H_KERJA"]


WINDOWS = "Baris satu\r\nbaris dua 😀\r\nbaris tiga"


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [(12, 23, "baris dua 😀"), (11, 22, "baris dua 😀"), (12, 23, ""), (0, len(WINDOWS), ""), (25, 35, "baris tiga")],
)
def test_places_are_found_whether_windows_line_ends_count_as_one_or_two(start, end, name, tmp_path):
    files = {
        "project.qde": zipfile.ZipFile(io.BytesIO(project({"P01.1.hope": [(start, end, name, A, HOPE)]})))
        .read("project.qde")
        .decode()
        .replace(f"<PlainTextContent>{TEXT}</PlainTextContent>", "")
        .replace('name="P01.1.hope"', 'name="P01.1.hope" plainTextPath="internal://t.txt"'),
        "Sources/t.txt": b"\xef\xbb\xbf" + WINDOWS.encode(),
    }
    path = tmp_path / "a.qdpx"
    path.write_bytes(members(files))
    read = read_qdpx(path)
    assert read.answers["text"][0] == WINDOWS
    (_, _, _, first, last), *rest = read.selections.to_numpy().tolist()
    assert not rest
    assert WINDOWS[first:last].strip() == (name or WINDOWS[start:end])


# code: project, options, what the message says
FAULTY = {
    "exchange-offsets": (
        project({"P01.1.hope": [(5, 99, "", A, HOPE), (0, 4, "mau kerja", A, HOPE)]}),
        {},
        "5–99, 0–4",
    ),
    "exchange-no-codings": (project({"P01.1.hope": []}), {}, "none"),
    "exchange-unknown-answer": (project({"Fulan Hope": GOOD["P01.1.hope"]}), {}, "#1"),
    "exchange-answer-twice": (project({"P01.1.hope": [], "P01.1.hope.txt": GOOD["P01.1.hope"]}), {}, "P01.1.hope"),
    "exchange-no-text": (
        project(more=f'<TextSource guid="{B}" name="P02.1.hope" plainTextPath="relative:///etc/passwd"/>'),
        {},
        "P02.1.hope",
    ),
    "exchange-unknown-code": (
        project(codes=CODES.replace("H_KERJA", "H_KERJ")),
        {"codebook": load_codebook()},
        "H_KERJA",
    ),
    "exchange-not-a-code": (project({"P01.1.hope": [(0, 4, "", A, HEADING)]}), {}, "P01.1.hope"),
    "exchange-other-section": (project({"P01.1.worry": GOOD["P01.1.hope"]}), {}, "hope"),
    "exchange-none-and-code": (project({"P01.1.hope": [(0, 4, "", A, NONE), (0, 4, "", A, HOPE)]}), {}, "A1"),
    "exchange-same-coder": (project(users=(("A1", A), ("A1", B))), {}, "A1"),
    "exchange-no-coder": (project({"P01.1.hope": [(0, 4, "", "", HOPE)]}), {}, "coder="),
    "exchange-no-section": (project(codes=CODES + f'<Code guid="{B}" name="Lain" isCodable="true"/>'), {}, "Lain"),
    "exchange-guid": (project(codes=CODES.replace(WORRY, HOPE)), {}, "worry"),
    "exchange-value": (
        project(
            more=f'<TextSource guid="{B}" name="P02.1.hope"><PlainTextContent/><VariableValue><VariableRef '
            f'targetGUID="{B}"/><IntegerValue>99999999999999999999</IntegerValue></VariableValue></TextSource>'
        ),
        {},
        "Integer",
    ),
}


@pytest.mark.parametrize("code", FAULTY)
def test_a_faulty_project_is_refused_with_the_place_and_the_remedy(code, tmp_path):
    data, options, said = FAULTY[code]
    if code == "exchange-value":
        xml = zipfile.ZipFile(io.BytesIO(data)).read("project.qde").decode()
        variable = f'<Variables><Variable guid="{B}" name="usia" typeOfVariable="Integer"/></Variables><Sources>'
        data = members({"project.qde": xml.replace("<Sources>", variable)})
    path = tmp_path / "proyek.qdpx"
    path.write_bytes(data)
    for lang in ("id", "en"):
        with speaking(lang):
            error = refused(read_qdpx, path, **options)
            assert code in {problem.code for problem in error.problems}
            assert said in str(error)
            assert "proyek.qdpx" in str(error)
            assert TEXT[:11] not in str(error)


@pytest.mark.parametrize(
    "data",
    [
        project({"Fulan Santoso.txt": GOOD["P01.1.hope"]}),
        project(users=(("Fulan Santoso", A), ("Fulan Santoso", B))),
        project({"P01.1.hope": [(0, 4, "", A, NONE), (0, 4, "", A, HOPE)]}, users=(("Fulan Santoso", A),)),
    ],
)
def test_no_message_names_a_document_or_a_coder_that_is_called_like_a_person(data, tmp_path):
    path = tmp_path / "proyek.qdpx"
    path.write_bytes(data)
    for lang in ("id", "en"):
        with speaking(lang):
            assert "Fulan" not in str(refused(read_qdpx, path))


XML = zipfile.ZipFile(io.BytesIO(project())).read("project.qde").decode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.integers(0, len(XML)),
    letters=st.integers(0, 40),
    new=st.sampled_from(["", '"', "<a/>", "-1", "9" * 30, "\ufffe", "none", HOPE, NONE, A, "true", "&x;", "]]>"]),
)
def test_whatever_is_done_to_a_project_it_is_read_or_refused_in_our_own_words(start, letters, new, tmp_path):
    path = tmp_path / "proyek.qdpx"
    path.write_bytes(members({"project.qde": XML[:start] + new + XML[start + letters :]}))
    for options in ({}, {"codebook": load_codebook()}):
        with contextlib.suppress(IntakeError):
            assert len(read_qdpx(path, **options).answers) == 1


def test_who_coded_can_be_told_where_the_file_does_not_say_it(tmp_path):
    path = tmp_path / "proyek.qdpx"
    path.write_bytes(FAULTY["exchange-no-coder"][0])
    assert list(read_qdpx(path, coder="A9").codings["coder"]) == ["A9"]


def test_sources_that_are_no_texts_are_passed_over_and_said(tmp_path):
    path = tmp_path / "proyek.qdpx"
    path.write_bytes(project(more=f'<PDFSource guid="{B}" name="x.pdf"/>'))
    assert [notice.code for notice in read_qdpx(path).notices] == ["exchange-not-texts"]
    assert "PDF" in str(read_qdpx(path))


def test_a_codebook_of_another_program_is_read_by_its_nesting(tmp_path):
    group = f'<Code guid="{A}" name="Kerja &amp; usaha" isCodable="false"><Code guid="{B}" name="Cari kerja" '
    inner = f'{group}isCodable="true"><Description>Ingin bekerja.</Description></Code></Code>'
    xml = (
        '<CodeBook xmlns="urn:QDA-XML:codebook:0:4" origin="ATLAS.ti Win 9.0.19"><Codes>'
        f'<Code guid="{HEADING.lower()}" name="Hopes" isCodable="true">{inner}'
        f'<Code guid="{{{HOPE}}}" name="Rumah" isCodable="true"/></Code></Codes>'
        f'<Sets><Set guid="{NONE}" name="tempat"><MemberCode guid="{HOPE.lower()}"/></Set></Sets></CodeBook>'
    )
    path = tmp_path / "kode.qdc"
    path.write_text(xml)
    table = read_qdc(path).table
    kept = table[["code", "section", "topic", "label_id", "definition_en", "guid"]].to_numpy().tolist()
    assert kept == [
        ["Cari_kerja", "hope", "Kerja & usaha", "Cari kerja", "Ingin bekerja.", B],
        ["Rumah", "hope", "tempat", "Rumah", "Rumah", HOPE],
    ]
    assert HOPE in write_qdc(read_qdc(path), tmp_path / "lagi.qdc").read_text("utf-8")
