"""The tables of the invented talks: talks, codings, what is truly voiced, and what was built in."""

from __future__ import annotations

from .consultations import SECTIONS, Talks
from .identities import KEPT, TOLD
from .truth import WAVES

COLUMNS = (
    "kode", "upt", "program", "gelombang", "tanggal", "fasilitator", "menit", "bahasa", "petugas_hadir", "harapan",
    "kekhawatiran", "strategi", "rencana", "tantangan", "rencana_konkret", *(f"step_{i}" for i in range(1, 7)),
    *(f"feedback_{i}" for i in range(1, 5)), "bahaya", "tindakan", "jam",
)  # fmt: skip
ACTION = "Konselor dan petugas kesehatan dihubungi; orang itu tidak ditinggalkan sendirian."


def talk_rows(drawn: Talks) -> list[list[str]]:
    """Return the table of talks, one row a talk.

    Parameters
    ----------
    drawn : Talks

    Returns
    -------
    list of rows of text
        The header first.

    Raises
    ------
    Nothing.

    Source
    ------
    Columns: data/README.md.
    """
    rows = [[*COLUMNS]]
    for talk in drawn.talks:
        told = [talk.texts[section] for section in SECTIONS]
        numbers = [talk.concreteness, *talk.steps, *talk.feedback, int(bool(talk.danger))]
        about = [talk.person.code, talk.person.unit.name, talk.person.programme, talk.wave, talk.date.isoformat()]
        about += [talk.facilitator, str(talk.minutes), talk.language, str(talk.officer)]
        rows.append([*about, *told, *map(str, numbers), ACTION if talk.danger else "", talk.danger])
    return rows


def coding_rows(drawn: Talks) -> list[list[str]]:
    """Return what the coders found, as the long table of codings.

    Parameters
    ----------
    drawn : Talks

    Returns
    -------
    list of rows of text
        The header first: answer, person, wave, section, coder, code, value.

    Raises
    ------
    Nothing.

    Source
    ------
    `Talking.coders`.
    """
    head = ["answer", "person", "wave", "section", "coder", "code", "value"]
    return [head, *([*map(str, row)] for row in drawn.codings)]


def true_rows(drawn: Talks) -> list[list[str]]:
    """Return what is voiced in each text, whatever a coder found.

    Parameters
    ----------
    drawn : Talks

    Returns
    -------
    list of rows of text
        The header first: answer, person, wave, section, codes (with a space between; "none" for none).

    Raises
    ------
    Nothing.

    Source
    ------
    The draw itself.
    """
    rows = [["answer", "person", "wave", "section", "codes"]]
    for talk in drawn.talks:
        for section in SECTIONS:
            codes = " ".join(talk.true[section]) or "none"
            rows.append([f"{talk.person.code}.{talk.wave}.{section}", talk.person.code, talk.wave, section, codes])
    return rows


def truth_lines(drawn: Talks) -> list[str]:
    """Return what is built into the talks as lines of TOML, with comments in Indonesian.

    Parameters
    ----------
    drawn : Talks

    Returns
    -------
    list of str

    Raises
    ------
    Nothing.

    Source
    ------
    `Talking`, and counts of the draw.
    """
    told = drawn.talking
    at_start = [talk for talk in drawn.talks if talk.wave == WAVES[0]]
    said = {
        code: sum(code in codes for talk in at_start for codes in talk.true.values()) for code in drawn.codebook.codes
    }
    planted = {kind: sum(mark.kind == kind for mark in drawn.planted) for kind in (*TOLD, *KEPT)}
    listed = ", ".join(f'"{code}"' for code in told.hushed)
    return [
        "",
        "[konsultasi]  # percakapan rekaan: logit = log(peluang / (1 - peluang)) bahwa sebuah tema disebut",
        f"percakapan = {len(drawn.talks)}",
        f"orang = {len(at_start)}",
        f"beda_orang = {told.person_sd:g}  # sd pada logit, sama pada kedua gelombang",
        f"beda_fasilitator = {told.facilitator_sd:g}  # sd pada logit, untuk semua tema",
        f"petugas_hadir = {{ logit = {told.officer:g}, tema = [{listed}] }}  # per tingkat 0, 1, 2",
        f'program = {{ kode = "{told.programme}", tema = "{told.supported[0]}", logit = {told.supported[1]:g}, '
        f"rencana_konkret = {told.planned:g} }}  # hanya gelombang akhir; rencana_konkret: laten, sd 1",
        f'gelisah = {{ tema = "{told.uneasy[0]}", skala = "{told.uneasy[1]}", logit_per_poin = {told.uneasy[2]:g} }}',
        "",
        "[konsultasi.peluang]  # orang biasa, tanpa petugas, tanpa program",
        *(f"{code} = {share:g}" for code, share in told.voiced.items()),
        "",
        "[konsultasi.disebut_awal]  # orang yang sungguh menyebut tema itu pada gelombang awal",
        *(f"{code} = {count}" for code, count in said.items()),
        "",
        "[konsultasi.pengode]  # peluang melihat kode yang ada (sensitivitas), dan tidak melihat yang tidak ada",
        *(f"{name} = {{ sensitivitas = {one:g}, spesifisitas = {two:g} }}" for name, (one, two) in told.coders.items()),
        "",
        "[konsultasi.ditanam]  # tanda pengenal rekaan dalam teks; sum dan year harus tetap ada sesudah disamarkan",
        *(f"{kind} = {count}" for kind, count in planted.items()),
    ]
