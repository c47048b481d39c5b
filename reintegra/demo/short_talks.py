"""The invented consultations: five short texts each, a plan that grows more concrete, referrals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from .members import Member
from .people import OFFICER, _share
from .places import Rows
from .sittings import weekday

TIMES = 3  # consultations a person
STEP = 0.5  # latent; how much more concrete a plan is at each further consultation
CUTS = (-1.2, 0.0, 1.1)  # latent; where "a wish", "steps" and "steps with whom and when" begin
TALKED = {
    "hope": ("ingin berkumpul dengan keluarga", "ingin punya usaha kecil", "ingin dipercaya lagi", "ingin sehat"),
    "worry": ("takut ditolak tetangga", "takut sulit mencari kerja", "takut diajak teman lama", "belum ada"),
    "strategy": ("menjauhi tempat lama", "ikut kegiatan kampung", "bercerita bila tertekan", "mengisi waktu"),
    "plan": ("membantu usaha orang tua", "beternak lele", "mencari kerja bengkel", "belum tahu"),
    "challenge": ("modal belum ada", "jauh dari layanan", "utang keluarga", "surat-surat belum lengkap"),
}
REFERRED = ((0.70, "tidak"), (0.80, "konselor"), (0.86, "disnaker"), (0.92, "keluarga; dinsos"), (1.0, "bapas"))
STATUS = ((0.4, "diajukan"), (0.7, "diterima"), (0.95, "selesai"), (1.0, "ditolak"))


def table_konsultasi(seed: int, members: Sequence[Member]) -> Rows:
    """Return the consultations of the people who answered SIAP-36.

    Parameters
    ----------
    seed : int
    members : sequence of Member

    Returns
    -------
    list of rows of text
        The texts are put together by chance from invented phrases.

    Raises
    ------
    Nothing.

    Source
    ------
    data/README.md.
    """
    rng = np.random.default_rng([seed, 8])
    steps = [f"keterlaksanaan_{n}" for n in range(1, 7)]
    head = ["konsul_id", "pid", "tanggal", "durasi_mnt", "fasilitator_id", "petugas_hadir", *TALKED, *steps]
    rows = [[*head, "rencana_konkret", "rujukan", "rujukan_status"]]
    for one in members:
        if one.kind != "konsultasi" or one.seat < 0:
            continue
        level = float(rng.standard_normal())
        for nth in range(TIMES):
            day, ear, minutes, to, status, who = (float(u) for u in rng.random(6))
            texts = [words[int(float(u) * len(words))] for words, u in zip(TALKED.values(), rng.random(5), strict=True)]
            done = ["1" if float(u) < 0.85 else "0" for u in rng.random(len(steps))]
            concrete = 0.7 * level + STEP * nth + 0.7 * float(rng.standard_normal())
            date = weekday(one.begins + dt.timedelta(days=30 * nth + int(day * 10)))
            if date >= one.here_until:
                continue
            about = [f"KL-{len(rows):04d}", one.code, date.isoformat(), str(20 + int(minutes * 26))]
            referred = _share(to, REFERRED)
            rows.append(
                [
                    *about,
                    *(f"MG-{one.unit[-1]}{1 + int(who * 2)}", str(_share(ear, OFFICER)), *texts, *done),
                    *(str(sum(concrete > cut for cut in CUTS)), referred),
                    "" if referred == "tidak" else _share(status, STATUS),
                ]
            )
    return rows
