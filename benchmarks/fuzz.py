"""Feed the reader rubbish: only our own errors may come out, and none may take long.

    python benchmarks/fuzz.py 20000

Random bytes, random delimited text, and the files of tests/corpus with bytes changed, cut out or doubled.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import reintegra as rg

CORPUS = Path(__file__).parent.parent / "tests" / "corpus"
LONGEST = 5.0
STARTS = [b"", b"PK\x03\x04", b"$FL2", b"PAR1", b"\xff\xfe", b"\xef\xbb\xbf", b"[", b"{", b"<", b"\xd0\xcf\x11\xe0"]
PIECES = [*",;|\t\n\r\"'[{é\u00a0", "ksr01", "Kode", "4", "Setuju", "=1+1", "1e999", "nan", "sep="]
OPTIONS = [{}, {}, {}, *({"layout": name} for name in ("transposed", "ticks", "long")), {"waves": {"a": "pra_{n}"}}]


def random_bytes(rng, files):
    """Return bytes of no kind, sometimes behind the first bytes of a known one."""
    return rng.choice(STARTS) + rng.randbytes(rng.randrange(2000))


def random_text(rng, files):
    """Return delimited text of pieces that mean something to the reader."""
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    return "".join(rng.choices(PIECES, k=rng.randrange(400))).encode(encoding, "ignore")


def damaged_file(rng, files):
    """Return a good file in which something was changed, cut out or doubled."""
    data = bytearray(rng.choice(files))
    for _ in range(rng.randrange(1, 8)):
        at, length = rng.randrange(len(data) + 1), rng.randrange(1, 200)
        match rng.randrange(3):
            case 0:
                data[at : at + 1] = rng.randbytes(1)
            case 1:
                del data[at : at + length]
            case _:
                data[at:at] = data[at : at + length]
    return bytes(data)


def outcomes(rounds, seed=0):
    """Yield for each input what came of it ("read", "refused" or the error that got out) and how long it took."""
    rng = random.Random(seed)
    files = [path.read_bytes() for path in sorted((CORPUS / "files").iterdir())]
    instrument = rg.load_instrument(CORPUS / "instrument.toml")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "berkas.csv"
        for _ in range(rounds):
            path.write_bytes(rng.choice([random_bytes, random_text, damaged_file, damaged_file])(rng, files))
            options, start = rng.choice(OPTIONS), time.perf_counter()
            try:
                str(rg.read_responses(path, instrument, **options).notices)
                outcome = "read"
            except rg.ReintegraError as error:
                str(error)
                outcome = "refused"
            except Exception as error:
                outcome = f"escaped: {type(error).__name__}: {error}"
            yield outcome, time.perf_counter() - start


def main(rounds=20_000, seed=0):
    """Run the rounds; print what came of them and how long the slowest took."""
    found, seconds = zip(*outcomes(rounds, seed), strict=True)
    for outcome, times in Counter(found).most_common():
        print(f"{times:>8,}  {outcome}")
    print(f"slowest {max(seconds):.2f} s")
    return int(max(seconds) > LONGEST or any(outcome.startswith("escaped") for outcome in found))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
