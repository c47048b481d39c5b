"""Set reintegra up on a fresh machine, then run it: python start.py [report | lab | test] [--lang id|en]

Needs Python 3.11 or newer and nothing else. All is installed into the folder .venv beside this file; deleting that
folder undoes it. A very old Python must still read this file, to say that it is too old: no f-strings, no annotations.
"""
# ruff: noqa: RUF005, UP010, UP032, UP036

from __future__ import print_function

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import webbrowser

# What people read. Those after "wait" are failures, under the names that explain() gives them.
TEXTS = {
    "id": {
        "help": """Cara pakai: python start.py [report | lab | test] [--lang id|en]
  report   membuat laporan contoh dari data/demo (juga bila tidak disebut apa-apa)
  lab      membuka JupyterLab pada buku catatan pertama
  test     menjalankan semua tes
Kata-kata sesudah lab atau test diteruskan ke JupyterLab atau pytest.""",
        "too_old": """Python {python} terlalu tua. Pasang Python 3.11, 3.12 atau 3.13 dari python.org.
Bila sudah terpasang, coba: py -3.13 start.py (Windows) atau python3.13 start.py (macOS, Linux).""",
        "too_new": "Python {python} belum diuji dengan reintegra (yang diuji: 3.11 sampai 3.13). Tetap dicoba.",
        "synced": "Perhatian: {service} menyalin folder ini ke internet. Pindahkan sebelum memakai data sungguhan.",
        "make": "Menyiapkan folder .venv ...",
        "install": "Memasang yang diperlukan; kali pertama perlu beberapa menit ...",
        "retrying": "sambungan terputus, mencoba lagi",
        "lab": "JupyterLab akan terbuka di peramban. Untuk menutupnya, tekan Ctrl-C dua kali di jendela ini.",
        "report": "Laporan: {path}",
        "wait": "Tekan Enter untuk menutup jendela ini.",
        "network": "Tidak bisa mengunduh. Periksa internet, lalu jalankan lagi. Tanpa internet: lihat README (wheels).",
        "disk": "Disk penuh. Sediakan ruang kosong kira-kira 1 GB, lalu jalankan lagi.",
        "venv": "Python ini tanpa venv. Debian/Ubuntu: sudo apt install python3-venv. Lainnya: pasang dari python.org.",
        "permission": "Tidak boleh menulis di {folder}. Tutup program yang memakainya, atau pindahkan foldernya.",
        "long_path": "Nama folder ini terlalu panjang untuk Windows. Pindahkan reintegra ke C:\\reintegra, misalnya.",
        "wheels": "{package} untuk Python {python} tidak ada di folder wheels. Lengkapi (README) atau hapus foldernya.",
        "package": "Tidak ada {package} untuk Python {python} di sini. Coba Python 3.12 atau 3.13 (64-bit).",
        "other": "Gagal, dan sebabnya tidak dikenali. Catatan lengkapnya: {log}",
    },
    "en": {
        "help": """Usage: python start.py [report | lab | test] [--lang id|en]
  report   make the example report from data/demo (also when nothing is named)
  lab      open JupyterLab with the first notebook
  test     run every test
Words after lab or test are passed on to JupyterLab or pytest.""",
        "too_old": """Python {python} is too old. Install Python 3.11, 3.12 or 3.13 from python.org.
If it is installed already, try: py -3.13 start.py (Windows) or python3.13 start.py (macOS, Linux).""",
        "too_new": "Python {python} is not tested with reintegra yet (tested: 3.11 to 3.13). Going on all the same.",
        "synced": "Warning: {service} copies this folder to the internet. Move it before using data about real people.",
        "make": "Making the folder .venv ...",
        "install": "Installing what is needed; the first time takes some minutes ...",
        "retrying": "connection lost, trying again",
        "lab": "JupyterLab will open in the browser. To close it, press Ctrl-C twice in this window.",
        "report": "Report: {path}",
        "wait": "Press Enter to close this window.",
        "network": "Cannot download. Check the internet and run this again. Without internet: see README (wheels).",
        "disk": "The disk is full. Make about 1 GB of room, then run this again.",
        "venv": "This Python has no venv. Debian/Ubuntu: sudo apt install python3-venv. Others: install python.org's.",
        "permission": "Not allowed to write in {folder}. Close the programs that use it, or move the folder.",
        "long_path": "The name of this folder is too long for Windows. Move reintegra to C:\\reintegra, for example.",
        "wheels": "{package} for Python {python} is not in the folder wheels. Complete it (README) or delete it.",
        "package": "There is no {package} for Python {python} here. Try Python 3.12 or 3.13 (64-bit).",
        "other": "This failed, and the cause is not a known one. The full record: {log}",
    },
}
# What pip, venv or Windows print when they fail, in small letters; the first kind that fits is named.
SIGNS = (
    ("disk", r"no space left on device|\[errno 28\]|\[winerror 112\]|disk quota exceeded"),
    ("long_path", r"long path support|\[winerror 206\]"),
    ("permission", r"permission denied|\[errno 13\]|\[winerror (5|32)\]|read-only file system"),
    ("venv", r"ensurepip is not available|no module named '?(ensurepip|venv)"),
    ("network", r"total=0|max retries|timed out|not enough bytes were received|incompleteread|do not match the hashes"),
    ("network", r"connection (reset|aborted|refused)|name resolution|certificate_verify_failed|proxyerror|http error"),
    ("package", r"no matching distribution found|resolutionimpossible"),
)
SYNCED = r"[\\/](OneDrive|Dropbox|Google ?Drive|My Drive|Drive Saya|iCloud|Mobile Documents)"
JOBS = {"report": "", "lab": "lab", "test": "dev"}  # each job and the extra it needs
EXTRAS = ("", "lab", "dev")  # each holds those before it

ROOT = os.path.dirname(os.path.realpath(__file__))
FOLDER = os.path.normcase(ROOT)  # Windows does not tell capitals from small letters
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "reintegra.json")
LOG = os.path.join(VENV, "start.log")
WHEELS = os.path.join(ROOT, "wheels")
VERSION = "{}.{}".format(*sys.version_info[:2])


def say(lang, code, **values):
    """Print one text; a letter that the console does not have becomes a question mark."""
    encoding = sys.stdout.encoding or "ascii"
    print(TEXTS[lang][code].format(**values).encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def explain(output):
    """Return the kind of failure that the output of a failed step shows."""
    # pip reports each broken connection that it tries again; only the last try, total=0, is a failure.
    lines = [line for line in output.lower().splitlines() if "retrying (retry(" not in line or "total=0" in line]
    kinds = [kind for kind, sign in SIGNS if re.search(sign, "\n".join(lines))] + ["other"]
    return "wheels" if kinds[0] == "package" and os.path.isdir(WHEELS) else kinds[0]


def environment():
    """Return the environment variables for every program that is started from here."""
    # PYTHONHOME and PYTHONPATH are set for other programs, QGIS say, and would lead .venv to their packages.
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    return dict(env, PYTHONUTF8="1", PIP_RESUME_RETRIES="20")  # pip 25.1 can go on where a download broke off


def wanted():
    """Return what .venv has to be made from, as it stands in its stamp."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return {"folder": FOLDER, "python": VERSION, "files": digest.hexdigest()}


def read_stamp():
    """Return what was installed into .venv and from what; empty where the stamp is missing or damaged."""
    try:
        with open(STAMP) as file:
            return dict(json.load(file))
    except (OSError, TypeError, ValueError):
        return {}


def is_stale():
    """Tell whether .venv was made in another folder or by another Python, or does not run."""
    # pip's record of itself is the last thing to come into a new .venv: without it, .venv was left half made.
    question = "import importlib.metadata as m, sys; m.version('pip'); print('{}.{}'.format(*sys.version_info[:2]))"
    try:
        answer = subprocess.check_output([PYTHON, "-c", question], env=environment(), stderr=subprocess.STDOUT)
    except (OSError, subprocess.CalledProcessError):
        return True
    return answer.decode("utf-8", "replace").strip() != VERSION or read_stamp().get("folder", FOLDER) != FOLDER


def make_venv():
    """Make .venv anew."""
    # Where start.py runs in .venv itself, the Python behind it is the one that can make a new .venv.
    python = getattr(sys, "_base_executable", sys.executable)
    options = {"env": environment(), "stderr": subprocess.STDOUT}
    subprocess.check_output([python, "-m", "venv", "--clear", "--without-pip", VENV], **options)
    # pip in a step of its own: venv would not pass on what it says when it fails.
    subprocess.check_output([PYTHON, "-m", "ensurepip", "--default-pip"], **options)


def pip_command(extra):
    """Return the command that installs reintegra with this extra: from the folder wheels where it is, else online."""
    # Editable: notebooks, tests and data stand beside the package. Only binary: nobody here has a compiler.
    # No constraint reaches flit_core, which builds reintegra: pyproject.toml bounds it, and it needs nothing else.
    command = [PYTHON, "-m", "pip", "install", "--editable", ".[{}]".format(extra) if extra else "."]
    command += ["--constraint", "constraints.txt", "--only-binary", ":all:", "--retries", "7", "--timeout", "60"]
    command += ["--progress-bar", "off", "--no-input", "--disable-pip-version-check"]
    return command + (["--no-index", "--find-links", WHEELS] if os.path.isdir(WHEELS) else [])


def progress(line, lang):
    """Return the package, and the size of its file, that a line of pip's output is about, or None."""
    if "Retrying (Retry(" in line:
        return TEXTS[lang]["retrying"]
    found = re.match(r"\s*(?:Collecting|Downloading|Processing) (?:\S*[\\/])?(\w[\w.-]*?)(?:-\d|[^\w.-]|$)", line)
    size = re.search(r" \([\d.]+ [kMG]B\)", line)
    return found and found.group(1) + (size.group() if size else "")


def install(extra, lang):
    """Install reintegra with this extra into .venv and write the stamp."""
    say(lang, "install")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    pip = subprocess.Popen(pip_command(extra), cwd=ROOT, env=environment(), **pipes)
    output = b""
    for line in pip.stdout:
        output += line
        words = progress(line.decode("utf-8", "replace"), lang)
        if words and sys.stdout.isatty():  # one line, written over
            print("\r  {:<60.60}".format(words), end="", flush=True)
        elif words and " MB)" in words:  # in a log, only what takes long
            print("  " + words, flush=True)
    if sys.stdout.isatty():
        print("\r{:62}\r".format(""), end="", flush=True)
    if pip.wait() != 0:
        raise subprocess.CalledProcessError(pip.returncode, "pip", output)
    with open(STAMP, "w") as file:
        json.dump(dict(wanted(), extra=extra), file)


def prepare(extra, lang):
    """Bring .venv to the state that the job needs; mostly there is nothing to do."""
    if is_stale():
        say(lang, "make")
        make_venv()
    stamp = read_stamp()
    covered = stamp.pop("extra", None) in EXTRAS[EXTRAS.index(extra) :]
    if not covered or stamp != wanted():
        install(extra, lang)


def set_lab_language(lang):
    """Choose the language of the JupyterLab in .venv; what people choose in JupyterLab itself goes before this."""
    folder = os.path.join(VENV, "share", "jupyter", "lab", "settings")
    news = {"fetchNews": "false", "checkForUpdates": False}  # no question about them, and no call to the internet
    settings = {
        "@jupyterlab/translation-extension:plugin": {"locale": "id_ID" if lang == "id" else "en"},
        "@jupyterlab/apputils-extension:notification": news,
    }
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "overrides.json"), "w") as file:
        json.dump(settings, file)


def job_command(job, lang, rest):
    """Return the command that does the job."""
    words = {
        "report": "reintegra report data/demo/siap_36.csv --instrument siap_36 --out data/hasil/demo --lang " + lang,
        "lab": "jupyterlab notebooks/00_mulai.ipynb --ServerApp.root_dir=.",
        "test": "pytest",
    }
    return [PYTHON, "-m"] + words[job].split() + rest


def fail(error, lang):
    """Explain in a sentence or two why the setting up failed, and keep the full record."""
    output = error.output.decode("utf-8", "replace") if hasattr(error, "output") else str(error)
    packages = re.findall(r"(?:No matching distribution found for|\(constraint\)) ([\w.-]+)", output) + ["?"]
    say(lang, explain(output), folder=ROOT, log=LOG, python=VERSION, package=packages[0])
    try:
        os.makedirs(VENV, exist_ok=True)
        with open(LOG, "wb") as file:
            file.write(output.encode("utf-8"))
    except OSError:
        pass  # a full disk, or a folder that cannot be written: it has just been said
    return 1


def double_clicked():
    """Tell whether start.py was opened from the Windows desktop, in a window that closes with it."""
    # cmd.exe sets PROMPT, the desktop does not. PowerShell does not either; there the wait costs one press of a key.
    alone = os.name == "nt" and len(sys.argv) == 1 and "PROMPT" not in os.environ
    return alone and sys.stdin.isatty() and sys.stdout.isatty()


def main(arguments):
    """Do the job that the arguments name; return the exit code."""
    if sys.version_info < (3, 11):
        for lang in ("id", "en"):
            say(lang, "too_old", python=sys.version.split()[0])
        return 1
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("job", nargs="?", default="report")
    parser.add_argument("--lang", default="id")
    parser.add_argument("-h", "--help", action="store_true")
    options, rest = parser.parse_known_args(arguments)
    job, lang = options.job, options.lang if options.lang in TEXTS else "id"
    understood = job in JOBS and lang == options.lang and (job != "report" or not rest)
    if options.help or not understood:
        say(lang, "help")
        return 0 if understood else 2
    if sys.version_info >= (3, 14):
        say(lang, "too_new", python=VERSION)
    for service in re.findall(SYNCED, ROOT, re.IGNORECASE)[:1]:
        say(lang, "synced", service=service)
    try:
        prepare(JOBS[job], lang)
        if job == "lab":
            set_lab_language(lang)
            say(lang, "lab")
            rest += [] if sys.stdout.isatty() else ["--no-browser"]
        signal.signal(signal.SIGINT, lambda *_: None)  # from here on Ctrl-C is for the job, which ends in its own way
        code = subprocess.call(job_command(job, lang, rest), cwd=ROOT, env=environment())
    except KeyboardInterrupt:
        return 130
    except (OSError, subprocess.CalledProcessError) as error:
        return fail(error, lang)
    if job == "report" and code == 0:
        report = os.path.join(ROOT, "data", "hasil", "demo", "laporan.html")
        say(lang, "report", path=report)
        if double_clicked():
            webbrowser.open(report)
    return code


if __name__ == "__main__":
    exit_code = main(sys.argv[1:])
    if double_clicked():
        say("id", "wait")
        sys.stdin.readline()
    sys.exit(exit_code)
