"""The invented programme records: every table of the data dictionary, and the truth that is built into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import places
from .after_release import Fate, deaths, draw_fates, table_tindak_lanjut
from .food import Skills, draw_skills, enrolled_rows, table_keterampilan, table_produksi
from .members import (
    Member,
    draw_members,
    table_keikutsertaan,
    table_peristiwa,
    table_persetujuan,
    table_peserta,
)
from .partner import table_evaluasi
from .people import Cohort
from .places import Rows
from .planted import PLANTED, Planted
from .short_talks import table_konsultasi
from .sittings import Session, draw_sessions, table_kehadiran, table_release_talk, table_sesi
from .surveys import Survey, draw_surveys, table_jawaban
from .training import Training, draw_training, table_pelatihan


@dataclass(frozen=True, eq=False)
class Records:
    """Everything that was drawn for the records; the tables are made of it."""

    cohort: Cohort
    planted: Planted
    members: tuple[Member, ...]
    sessions: tuple[Session, ...]
    surveys: tuple[Survey, ...]
    training: Training
    skills: Skills
    fates: tuple[Fate, ...]


def draw_records(cohort: Cohort, planted: Planted = PLANTED) -> Records:
    """Draw the invented records around the people of SIAP-36.

    Parameters
    ----------
    cohort : Cohort
    planted : Planted
        What is built in.

    Returns
    -------
    Records
        The same for the same cohort and the same numbers: each subject has its own generator, made of the seed.

    Raises
    ------
    InstrumentError
        A shipped key is broken.

    Source
    ------
    data/README.md.
    """
    seed, members = cohort.truth.seed, draw_members(cohort)
    return Records(
        cohort=cohort,
        planted=planted,
        members=members,
        sessions=tuple(draw_sessions(seed, planted, members)),
        surveys=tuple(draw_surveys(seed, planted, members)),
        training=draw_training(seed, planted),
        skills=draw_skills(cohort, planted, members),
        fates=tuple(draw_fates(seed, planted, members)),
    )


def record_tables(records: Records) -> Mapping[str, Rows]:
    """Return the tables, the header first, by their name in the data dictionary.

    Parameters
    ----------
    records : Records

    Returns
    -------
    dict of table to rows of text
        jawaban is one table an instrument: jawaban_siap_36, jawaban_whoqol_bref, ...

    Raises
    ------
    Nothing.

    Source
    ------
    Columns: data/README.md.
    """
    cohort, planted, members, sessions = records.cohort, records.planted, records.members, records.sessions
    seed, people = cohort.truth.seed, table_peserta(cohort, members)
    free_of_duty = {row[0] for row in people[1:] if row[-1] == "murni"}
    return {
        "upt": places.table_upt(),
        "program": places.table_program(),
        "komponen": places.table_komponen(),
        "peserta": people,
        "persetujuan": table_persetujuan(members),
        "keikutsertaan": [*table_keikutsertaan(members), *enrolled_rows(records.skills)],
        "sesi": table_sesi(sessions),
        "kehadiran": table_kehadiran(seed, planted, members, sessions),
        "konsultasi": table_konsultasi(seed, members),
        **{f"jawaban_{survey.instrument.name}": table_jawaban(cohort, planted, survey) for survey in records.surveys},
        "release_talk": table_release_talk(seed, planted, members, sessions),
        "peristiwa": table_peristiwa(members, deaths(records.fates)),
        "tindak_lanjut": table_tindak_lanjut(seed, records.fates, free_of_duty),
        "petugas": places.table_petugas(),
        "pelatihan": table_pelatihan(records.training),
        "keterampilan": table_keterampilan(records.skills),
        "produksi": table_produksi(seed, planted),
        "mitra": places.table_mitra(),
        "perjanjian": places.table_perjanjian(),
        "kunjungan": places.table_kunjungan(),
        "evaluasi": table_evaluasi(planted, members, sessions),
    }
