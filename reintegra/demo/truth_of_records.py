"""The truth about the invented records as TOML, with comments in Indonesian."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import correlation

from .food import TAUGHT
from .planted import CHANGES, LAST_DAY, PILLARS, THERAPEUTIC
from .records import Records
from .sittings import expected_feedback


def records_truth(records: Records) -> str:
    """Return what is built into the records, as TOML tables under ``catatan``.

    Parameters
    ----------
    records : Records

    Returns
    -------
    str
        Chances and latent numbers as they were built in; points as they are for these very people.

    Raises
    ------
    Nothing.

    Source
    ------
    `Planted`, `Survey.change`.
    """
    blocks = (_people(records), _release_talk(records), _community(records), _changes(records))
    after = (_training(records), _food(records), _partner(records), _after_release(records))
    return "\n".join(line for block in (*blocks, *after) for line in ("", *block)) + "\n"


def _people(records: Records) -> list[str]:
    members = records.members
    withdrawn = [one.code for one in members if one.why == "tarik_diri"]
    return [
        "[catatan]  # folder catatan/: catatan program, tabel demi tabel",
        f"orang = {len(members)}  # {sum(one.seat >= 0 for one in members)} di antaranya orang siap_36.csv",
        f"hari_terakhir = {LAST_DAY.isoformat()}  # sesudah hari ini tidak ada yang diketahui",
        f"tarik_diri = [{_quoted(withdrawn)}]  # menarik persetujuan; barisnya harus hilang dari semua tabel",
        f"tanpa_kontak = [{_quoted(one.code for one in members if not one.contact)}]  # tidak ada di tindak_lanjut",
        f"tanpa_kutip = [{_quoted(one.code for one in members if not one.quote)}]  # teksnya tidak boleh dikutip",
    ]


def _release_talk(records: Records) -> list[str]:
    planted = records.planted
    right = ", ".join(f"{wave} = {_list(chances)}" for wave, chances in planted.right.items())
    return [
        "[catatan.release_talk]",
        f"benar = {{ {right} }}  # peluang menjawab benar tahu_1-6",
        f"tidak_tahu = {{ {_pairs(planted.unknown)} }}  # peluang 88",
        f"pilar = {{ {_pairs(expected_feedback(planted), '.2f')} }}  # jawaban rata-rata yang diharapkan, 1-4",
        f"komponen_pilar = {{ {', '.join(f'{key} = {chr(34)}{part}{chr(34)}' for key, part in PILLARS.items())} }}",
        "efek_kelompok_sesi = 0  # kelompok sesi tidak menambah apa pun",
        "",
        "[catatan.kehadiran]  # logit hadir penuh; yang lebih siap lebih sering hadir",
        f"orang_biasa = {planted.attending:g}",
        f"per_laten = {planted.attending_trait:g}",
        "efek_hadir = 0  # hadir lebih sering TIDAK mengubah jawaban: kaitannya hanya karena yang lebih siap hadir",
    ]


def _community(records: Records) -> list[str]:
    lines = ["[catatan.komunitas]  # peluang sesi yang direncanakan terlaksana, dan satu langkahnya dijalankan"]
    for part, delivery in THERAPEUTIC.items():
        held, complete = _pairs(delivery.held), _pairs(delivery.complete)
        lines.append(
            f"{part} = {{ langkah = {delivery.steps}, terlaksana = {{ {held} }}, lengkap = {{ {complete} }} }}"
        )
    return lines


def _changes(records: Records) -> list[str]:
    planted = records.planted
    lines = [
        "[catatan.perubahan]  # rehab_sosial dan ipwl, awal ke akhir, laten; tidak ada pembanding",
        f"bagian = {_list(planted.share)}  # bagian yang sudah ada pada awal, tengah, akhir",
        f"kali_upt = {{ {_pairs(planted.unit_change)} }}  # pengali perubahan di tiap UPT",
        *(f"{name} = {{ {_pairs({s: p.change for s, p in parts.items()})} }}" for name, parts in CHANGES.items()),
        "",
        "[catatan.perubahan_poin]  # poin skor, orang-orang ini, seandainya tidak seorang pun pergi",
        *(f"{survey.instrument.name} = {{ {_pairs(survey.change(), '.2f')} }}" for survey in records.surveys),
    ]
    for survey in records.surveys:
        units = sorted({one.unit for one in survey.people})
        if len(units) > 1:
            lines += ["", f"[catatan.perubahan_poin_upt.{survey.instrument.name}]"]
            for unit in units:
                change = survey.change([one.unit == unit for one in survey.people])
                lines.append(f"{unit} = {{ {_pairs(change, '.2f')} }}")
    return lines


def _training(records: Records) -> list[str]:
    planted, training = records.planted, records.training
    before, gain = planted.confidence
    return [
        "[catatan.pelatihan]  # petugas dari enam UPT",
        f"petugas = {len(training.officers)}",
        f"kesulitan = {_list(planted.difficulty)}  # logit, l2_1-12",
        f"daya_beda = {_list(planted.discrimination)}  # 0: butir yang tidak membedakan dan tidak naik",
        f"kenaikan = {planted.learned:g}  # laten, pra ke pasca; butir mudah mentok",
        f"sd_upt = {planted.officers_unit_sd:g}  # laten; sd pengetahuan antar-UPT, dalam sd keseluruhan 1",
        f"keyakinan = {{ pra = {before:g}, naik = {gain:g} }}  # skala 0-10",
        f"kappa_simulasi = {planted.simulation_kappa:g}  # dua penilai",
        f"praktik_upt = {{ {_pairs(planted.practice)} }}  # laten; seberapa UPT memberi ruang setelah 3 bulan",
    ]


def _food(records: Records) -> list[str]:
    planted, skills = records.planted, records.skills
    drawn = correlation(skills.skill, skills.readiness)
    return [
        "[catatan.pangan]",
        f"orang = {len(skills.people)}  # {sum(skills.twice)} dinilai dua penilai pada penilaian kedua",
        f"upt = [{_quoted(TAUGHT)}]",
        f"kappa = {planted.skill_kappa:g}  # dua penilai, dengan bobot apa pun",
        f"korelasi_ren = {planted.skill_ren:g}  # keterampilan laten dengan skor REN akhir; yang teramati lebih kecil",
        f"korelasi_ren_terundi = {drawn:.2f}  # orang-orang ini",
        f"kenaikan = {planted.skill_gain:g}  # laten, penilaian pertama ke kedua",
        "efek_pada_kesiapan = 0  # program pangan tidak mengubah SIAP-36",
        f"kg_per_m2 = {{ {_pairs(planted.kg_per_m2)} }}  # sebulan",
        f"kg_per_jam = {planted.kg_per_hour:g}",
    ]


def _partner(records: Records) -> list[str]:
    quarter, chance = records.planted.bad_quarter
    return [
        "[catatan.mitra]",
        f"terlaksana = {records.planted.kept:g}  # peluang sesi yang dijanjikan terlaksana",
        f'sebab_khusus = {{ triwulan = "{quarter}", terlaksana = {chance:g} }}',
    ]


def _after_release(records: Records) -> list[str]:
    planted = records.planted
    return [
        "[catatan.setelah_bebas]  # per bulan; tetap dari bulan ke bulan",
        f"masuk_lagi_konsultasi = {{ {_pairs(planted.hazard)} }}",
        f"rasio_hazard = {{ {_pairs(planted.hazard_ratio)} }}  # terhadap konsultasi, di dalam UPT",
        f"meninggal = {planted.dying:g}",
        f"hilang_kabar = {planted.losing:g}  # tidak bergantung pada hal lain",
        f"diikuti = {len(records.fates)}",
    ]


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def _list(values: Iterable[float]) -> str:
    return f"[{', '.join(f'{value:g}' for value in values)}]"


def _pairs(values: Mapping[str, float], form: str = "g") -> str:
    return ", ".join(f"{name} = {value:z{form}}" for name, value in values.items())
