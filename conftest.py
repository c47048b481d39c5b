"""Makes notebooks tests: every cell is run and its output compared with the stored one (nbval, strict)."""

from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parent / "notebooks"


def pytest_configure(config: pytest.Config) -> None:
    """Turn nbval on for plain ``python -m pytest``."""
    if config.pluginmanager.hasplugin("nbval"):
        config.option.nbval = True
        config.option.nbval_current_env = True
        config.option.nbval_cell_timeout = 120
        config.option.nbval_kernel_startup_timeout = 120
        config.option.nbval_sanitize_with = str(NOTEBOOKS / "sanitize.cfg")
