"""The cells of a workbook are what openpyxl reads, and what Excel writes that openpyxl does not tell apart."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reintegra.core.errors import IntakeError
from reintegra.intake.grids import Source, Truth, Unfilled, grids_of

CORPUS = Path(__file__).parents[1] / "corpus" / "files"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def grids(data):
    return grids_of(Source("uji.xlsx", data, ""))


def filled(rows):
    return {(row, column): cell for row, cells in rows for column, cell in enumerate(cells) if cell is not None}


def openpyxl_cells(data):
    """Return what openpyxl reads, truth values and unfilled formulas as the grids have them."""
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets
    texts = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    for sheet, formulas in zip(values, texts, strict=True):
        cells = filled((row[0].row, [cell.value for cell in row]) for row in sheet.iter_rows())
        for row in formulas.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cells.setdefault((cell.row, cell.column - 1), Unfilled(str(cell.value)))
        yield sheet.title, {at: Truth(str(v)) if isinstance(v, bool) else v for at, v in cells.items()}


@pytest.mark.parametrize("path", sorted(CORPUS.glob("[!~]*.xlsx")), ids=lambda path: path.stem)
def test_the_cells_of_the_corpus_are_those_openpyxl_reads(path):
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        pytest.skip("not a workbook")
    assert [(grid.sheet, filled(grid.rows())) for grid in grids(data)] == list(openpyxl_cells(data))


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12).filter(
        lambda text: not text.startswith("=")
    ),
    st.sampled_from(["=1+1", "=SUM(A1:B2)", " tepi ", "dua\nbaris"]),
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2060, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=6), max_size=8))
def test_whatever_openpyxl_writes_is_read_as_openpyxl_reads_it(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    data = stream.getvalue()
    assert [(grid.sheet, filled(grid.rows())) for grid in grids(data)] == list(openpyxl_cells(data))


def workbook(cells, *, shared="", styles="", properties="", namespace=NAMESPACE, head="", encoding="utf-8"):
    """Return a workbook with one sheet, written by hand."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{namespace}" xmlns:r="{KIND}"><workbookPr {properties}/>'
            '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        links = [("rId1", "worksheet", "/xl/worksheets/s.xml"), ("rId2", "sharedStrings", "strings.xml")]
        links.append(("rId3", "styles", "styles.xml"))
        made = "".join(f'<Relationship Id="{i}" Type="{KIND}/{kind}" Target="{to}"/>' for i, kind, to in links)
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{LINKS}">{made}</Relationships>')
        archive.writestr("xl/strings.xml", f'<sst xmlns="{namespace}">{shared}</sst>')
        archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{namespace}">{styles}</styleSheet>')
        sheet = f'<worksheet xmlns="{namespace}"><sheetData>{cells}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/s.xml", (head + sheet).encode(encoding))
    return stream.getvalue()


def cells_of(*given, **kept):
    (grid,) = grids(workbook(*given, **kept))
    return filled(grid.rows())


def test_a_formula_that_gave_an_empty_text_is_a_blank_and_one_never_calculated_is_not():
    cells = '<row r="1"><c r="A1" t="str"><f>IF(B1,1,"")</f><v></v></c><c r="B1"><f>1+1</f></c></row>'
    assert cells_of(cells) == {(1, 1): Unfilled("=1+1")}


def test_a_shared_formula_is_shown_where_it_stands():
    cells = (
        '<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:A2">B1+1</f><v>2</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/></c></row>'
    )
    assert cells_of(cells) == {(1, 0): 2, (2, 0): Unfilled("=B2+1")}


def test_runs_are_joined_reading_aids_left_out_and_escapes_undone():
    shared = (
        "<si><r><t>Sangat </t></r><r><t>sesuai</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si><si><t>a_x000A_b</t></si>"
    )
    cells = '<row r="3"><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>Ya</t></is></c></row>'
    assert cells_of(cells, shared=shared) == {(3, 0): "Sangat sesuai", (3, 1): "a\nb", (3, 2): "Ya"}


def test_dates_count_from_the_year_the_workbook_says():
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs>'
    )
    cells = '<row r="1"><c r="A1" s="0"><v>1</v></c></row>'
    assert cells_of(cells, styles=styles) == {(1, 0): dt.datetime(1900, 1, 1)}
    assert cells_of(cells, styles=styles, properties='date1904="1"') == {(1, 0): dt.datetime(1904, 1, 2)}


def test_the_strict_form_of_the_format_is_read_too():
    assert cells_of('<row r="1"><c r="A1" t="b"><v>1</v></c></row>', namespace=STRICT) == {(1, 0): Truth.TRUE}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_wherever_it_hides(encoding):
    head = f"<?xml version='1.0' encoding='{encoding}'?><!--{'x' * 9000}--><!DOCTYPE a [<!ENTITY b 'c'>]>"
    data = workbook("", head=head, encoding=encoding)
    with pytest.raises(IntakeError) as caught:
        grids(data)
    assert [problem.code for problem in caught.value.problems] == ["xml-entities"]


def test_a_workbook_in_no_known_encoding_is_damaged():
    with pytest.raises(IntakeError) as caught:
        grids(workbook("", head="<?xml version='1.0' encoding='UT6-8'?>"))
    assert caught.value.code == "damaged"


def test_a_cell_at_the_far_end_of_a_sheet_costs_no_million_rows():
    (grid,) = grids(
        workbook('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>')
    )
    assert len(list(grid.rows())) < 2000
    assert filled(grid.rows()) == {(1, 0): 1, (1_048_576, 0): 2}
