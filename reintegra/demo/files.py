"""The files of the invented people: tables and the truth, the same bytes on every system."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..core.files import output_folder, write_whole
from .consultations import draw_talks
from .forms import faulty_rows, form_rows
from .identities import ROSTER
from .people import Cohort
from .records import draw_records, record_tables
from .talk_tables import coding_rows, talk_rows, true_rows, truth_lines
from .truth import NO_PROGRAMME, WAVES
from .truth_of_records import records_truth
from .validation import DAYS, EXPERTS, PEOPLE, WEAK, expert_rows, retest_rows

RECORDS = "catatan"  # the folder of the programme records
BESIDE = (
    "kode",
    "upt",
    "program",
    "cara_masuk",
    "gelombang",
    "tanggal",
    "cara",
    "pewawancara_id",
    "petugas_hadir",
    "menit",
    "sisa_pidana_hr",
    "kelompok_umur",
)


def answer_rows(cohort: Cohort) -> list[list[str]]:
    """Return the table of answers, one row a person and wave.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    list of rows of text
        The header first; a blank answer is an empty text.

    Raises
    ------
    Nothing.

    Source
    ------
    Columns: data/README.md.
    """
    rows = [[*BESIDE, *cohort.instrument.item_names]]
    for row, (person, visits) in enumerate(zip(cohort.people, cohort.visits, strict=True)):
        for number, (wave, visit) in enumerate(zip(WAVES, visits, strict=True)):
            if cohort.present[row, number]:
                about = [person.code, person.unit.name, person.programme, person.entry, wave, visit.date.isoformat()]
                about += [person.mode, visit.interviewer, str(visit.officer), str(visit.minutes)]
                about += [str(visit.days_left), person.age]
                rows.append([*about, *("" if code == 0 else str(code) for code in cohort.answers[row, number])])
    return rows


def contents(cohort: Cohort) -> dict[str, bytes]:
    """Return every file of the invented people.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    dict of file name to bytes
        UTF-8 without a mark, lines end in a line feed; a table of the programme records is catatan/<table>.csv.

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md.
    """
    faulty, _ = faulty_rows(cohort)
    records = draw_records(cohort)
    talks = draw_talks(cohort)
    texts = {
        "siap_36.csv": _csv(answer_rows(cohort)),
        "formulir_google.csv": _csv(form_rows(cohort)).rstrip("\n"),
        "formulir_google_salah.csv": _csv(faulty).rstrip("\n"),
        "panel_ahli.csv": _csv(expert_rows(cohort)),
        "uji_ulang.csv": _csv(retest_rows(cohort)),
        **{f"{RECORDS}/{table}.csv": _csv(rows) for table, rows in record_tables(records).items()},
        "konsultasi.csv": _csv(talk_rows(talks)),
        "daftar_nama.csv": _csv([["nama", "panggilan"], *ROSTER]),
        "koding.csv": _csv(coding_rows(talks)),
        "kode_benar.csv": _csv(true_rows(talks)),
        "kebenaran.toml": truth_text(cohort) + "\n".join([*truth_lines(talks), ""]) + records_truth(records),
    }
    return {name: text.encode("utf-8") for name, text in texts.items()}


def write(cohort: Cohort, folder: str | Path) -> list[Path]:
    """Write every file into a folder, each whole or not at all.

    Parameters
    ----------
    cohort : Cohort
    folder : str or Path
        Made where it is missing.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    OutputError
        The folder or a file cannot be written.

    Source
    ------
    `contents`.
    """
    place = output_folder(folder)
    output_folder(place / RECORDS)
    written = []
    for name, data in contents(cohort).items():
        written.append(write_whole(place / name, lambda path, data=data: _put(path, data)))  # type: ignore[misc]
    return written


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def truth_text(cohort: Cohort) -> str:
    """Return the truth about these people as TOML, with comments in Indonesian.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    str
        What is built in (latent units), and what it is worth for these people (points, from both worlds).

    Raises
    ------
    Nothing.

    Source
    ------
    `Truth`, `Cohort.difference`.
    """
    truth = cohort.truth
    lottery = next(unit for unit in truth.units if unit.entry == "undian")
    tested = next(programme for programme in lottery.places if programme != NO_PROGRAMME)
    interviewer, heard = truth.interviewer
    lines = [
        "# Kebenaran tentang orang-orang rekaan di folder ini. Tidak seorang pun sungguh ada.",
        "# Ditulis oleh: python -m reintegra.demo. Jangan diubah dengan tangan.",
        "#",
        "# «Laten»: 0 = orang biasa pada gelombang awal; 1 = sebaran (sd) antarorang. «Poin»: skala skor 0-100.",
        "# Poin dihitung dari dua dunia: setiap orang menjawab seandainya ikut dan seandainya tidak ikut program,",
        "# lengkap, dengan kebetulan yang sama, tanpa ada yang pergi. Jadi angkanya tepat untuk orang-orang ini.",
        "",
        f"benih = {truth.seed}  # seed numpy.random.default_rng",
        f"orang = {len(cohort.people)}",
        "",
        "[tinggal]  # orang yang masih ada pada setiap gelombang",
        *(f"{wave} = {int(count)}" for wave, count in zip(WAVES, cohort.present.sum(axis=0), strict=True)),
        "",
        "[upt]  # tingkat UPT yang terundi (laten), sd yang ditanam, dan orang per program",
        f"sd = {truth.unit_sd:g}",
    ]
    for unit in truth.units:
        places = ", ".join(f"{name} = {count}" for name, count in unit.places.items())
        level = cohort.unit_levels[unit.name]
        lines.append(
            f'{unit.name} = {{ tingkat = {level:.2f}, cara_masuk = "{unit.entry}", program = {{ {places} }} }}'
        )
    lines += [
        "",
        "[kenaikan_tanpa_program]  # laten, terhadap gelombang awal, untuk semua orang",
        *_pairs(dict(zip(WAVES, truth.gain, strict=True)), "g"),
        "",
        "[kenaikan_tanpa_program_poin]  # poin, awal ke akhir, seandainya tidak seorang pun ikut program",
        *_pairs(cohort.difference(NO_PROGRAMME, NO_PROGRAMME, since="awal")),
        "",
        "[efek]  # yang ditanam: laten, pada gelombang akhir, terhadap daftar tunggu",
        f"bagian = {{ {', '.join(_pairs(dict(zip(WAVES, truth.effect_share, strict=True)), 'g'))} }}",
        f"sd_antar_upt = {truth.effect_sd:g}  # efek program berbeda antar-UPT sebesar ini",
        *(f"{name} = {{ {', '.join(_pairs(by_scale, 'g'))} }}" for name, by_scale in truth.effects.items()),
        "",
        "[simpangan_efek_upt]  # laten: sebesar ini efek program di tiap UPT menyimpang dari yang ditanam (terundi)",
        *(f"{unit.name} = {{ {', '.join(_deviations(cohort, unit.name))} }}" for unit in truth.units),
        "",
        "[efek_poin]  # poin, gelombang akhir: rata-rata seandainya SEMUA orang ikut, dikurangi seandainya tidak",
        *(f"{name} = {{ {', '.join(_effect(cohort, name))} }}" for name in truth.effects),
        "",
        "[efek_poin_peserta]  # poin, gelombang akhir: rata-rata pada orang yang sungguh ikut",
        *(f"{name} = {{ {', '.join(_effect(cohort, name, programme=name))} }}" for name in truth.effects),
        "",
        "[efek_poin_undian]  # poin, gelombang akhir: semua orang di UPT yang diundi, kedua kelompok",
        f'upt = "{lottery.name}"',
        f"{tested} = {{ {', '.join(_effect(cohort, tested, unit=lottery.name))} }}",
        "",
        "[efek_poin_upt]  # poin, gelombang akhir, skor total: semua orang di UPT itu",
    ]
    for unit in truth.units:
        given = [name for name in unit.places if name != NO_PROGRAMME]
        who = cohort.where(unit=unit.name)
        totals = {name: cohort.difference(name, NO_PROGRAMME, who=who)["total"] for name in given}
        lines.append(f"{unit.name} = {{ {', '.join(_pairs(totals))} }}")
    lines += [
        "",
        "[masuk_program]  # laten: kesiapan orang sebelum program, menurut cara masuk (bukan akibat program)",
        f"sukarela = {truth.volunteers:g}",
        f"ditunjuk = {truth.appointed:g}",
        "undian = 0",
        f"hari_tambahan_daftar_tunggu = {truth.waiting_days}  # masih lebih jauh dari hari bebas; tidak di UPT undian",
        "",
        "[jawaban]  # bagaimana jawaban terjadi; laten kecuali disebut lain",
        f"bobot = {{ umum = {truth.general:g}, khas = {truth.specific:g}, hari_itu = {truth.occasion:g} }}",
        f"muatan = [{truth.loading[0]:g}, {truth.loading[1]:g}]  # terendah dan tertinggi di antara 36 butir",
        f"derau = {truth.noise:g}  # sd satu jawaban",
        f"batas = [{', '.join(f'{cut:g}' for cut in truth.cuts)}]  # tempat jawaban 2, 3 dan 4 mulai",
        f"kemudahan = {{ {', '.join(_pairs(truth.ease, 'g'))} }}  # pos dan tgj mudah: banyak yang mentok di 100",
        f"setuju = {truth.agreeing:g}  # dorongan menjawab «sesuai»; pada butir terbalik arahnya keliru",
        f"setuju_sd = {truth.agreeing_sd:g}  # beda antarorang dalam dorongan itu",
        f"setuju_terundi = {{ rata = {cohort.style.mean():.2f}, sd = {cohort.style.std():.2f} }}  # orang-orang ini",
        f'pewawancara = {{ kode = "{interviewer}", efek = {heard:g} }}  # hanya bila dibacakan atau wawancara',
        f"petugas_hadir = {truth.officer:g}  # per tingkat 0, 1, 2: jawaban tampak lebih siap",
        f"riwayat_narkoba = {truth.drug_history:g}  # peluang; pasti di rehab_sosial; lainnya 77 pada KMB",
        "asal_asalan = ["
        + ", ".join(f'"{p.code}"' for p, c in zip(cohort.people, cohort.careless, strict=True) if c)
        + "]  # satu jawaban untuk semua butir",
        "",
        "[pergi]  # logit pergi sebelum gelombang berikutnya",
        f"pada_60_poin_dan_250_hari = {truth.leaving:g}",
        f"per_10_poin = {truth.leaving_per_10_points:g}  # skor total sebelumnya: yang rendah lebih sering pergi",
        f"per_30_hari = {truth.leaving_per_30_days:g}  # hari sampai bebas: yang hampir bebas lebih sering pergi",
        "",
        "[kosong]  # bagian jawaban yang hilang secara acak",
        f"tidak_diisi = {truth.blank:g}",
        f"tidak_tahu_88 = {truth.do_not_know:g}  # lima kali lipat pada: {', '.join(truth.knowing)}",
        f"menolak_99 = {truth.refuse:g}",
        f"lembar_berhenti = {truth.stops:g}  # bagian lembar yang berhenti di tengah",
    ]
    lines += [
        "",
        "[panel_ahli]  # ahli yang menilai relevansi butir, 1 sampai 4",
        f"ahli = {EXPERTS}",
        f"butir_lemah = [{', '.join(chr(34) + name + chr(34) for name in WEAK)}]  # yang lain: 4",
        "",
        "[uji_ulang]  # orang lain, ditanya dua kali tanpa program dan tanpa perubahan",
        f"orang = {PEOPLE}",
        f"selang_hari = {DAYS}",
    ]
    for fault in faulty_rows(cohort)[1]:
        lines += [
            "",
            f"[[formulir_salah]]  # {fault.about}",
            f"baris = [{', '.join(map(str, fault.rows))}]  # seperti di Excel: judul = 1",
            f'kolom = "{fault.column}"',
            f'nilai = "{fault.value}"',
            f'sebab = "{fault.why}"',
        ]
    return "\n".join(lines) + "\n"


def _deviations(cohort: Cohort, unit: str) -> list[str]:
    return _pairs({programme: cohort.unit_effects[unit, programme] for programme in cohort.truth.effects})


def _effect(cohort: Cohort, world: str, *, unit: str | None = None, programme: str | None = None) -> list[str]:
    return _pairs(cohort.difference(world, NO_PROGRAMME, who=cohort.where(unit=unit, programme=programme)))


def _pairs(values: Mapping[str, float], form: str = ".2f") -> list[str]:
    return [f"{name} = {value:z{form}}" for name, value in values.items()]
