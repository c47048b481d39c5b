"""Pieces of work on all cores give what one core gives, in order."""

from __future__ import annotations

import numpy as np
import pytest

import reintegra as rg
from reintegra.core import parallel
from reintegra.measure import kernel, score_block


@pytest.mark.parametrize("worth_it", [False, True])
def test_what_is_made_comes_back_in_order(worth_it):
    assert parallel.on_all_cores(lambda n: n * n, range(50), worth_it=worth_it) == [n * n for n in range(50)]


@pytest.mark.parametrize("worth_it", [False, True])
def test_a_fault_in_a_piece_is_raised(worth_it):
    with pytest.raises(ZeroDivisionError):
        parallel.on_all_cores(lambda n: 1 / n, [1, 0], worth_it=worth_it)


def test_one_core_gives_the_same_bits(monkeypatch):
    instrument = rg.load_instrument("siap_36")
    block = np.asfortranarray(np.random.default_rng(3).integers(0, 5, (3000, 36)).astype(np.uint8))
    monkeypatch.setattr(kernel, "ROWS_AT_ONCE", 100)
    found = {}
    for cores in (1, 4):
        monkeypatch.setattr(parallel.os, "cpu_count", lambda cores=cores: cores)
        found[cores] = score_block(block, instrument)
    for one, several in zip(found[1], found[4], strict=True):
        assert one.tobytes() == several.tobytes()
