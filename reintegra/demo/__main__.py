"""python -m reintegra.demo [FOLDER]: write the invented people, the same bytes every time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..core.errors import OutputError
from .files import write
from .people import draw

FOLDER = "data/demo"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files and say which.

    Parameters
    ----------
    arguments : list of str, optional
        The folder to write to, data/demo without one; those of the command line when None.

    Returns
    -------
    int
        0 when everything is written, 2 where the folder cannot be written.

    Raises
    ------
    SystemExit
        A call that cannot be understood, or --help.

    Source
    ------
    data/README.md.
    """
    parser = argparse.ArgumentParser(prog="python -m reintegra.demo", description=__doc__)
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default=FOLDER)
    try:
        for path in write(draw(), parser.parse_args(arguments).folder):
            print(path.as_posix())
    except OutputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
