"""What holds for every set of answers to every shipped instrument."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import reintegra as rg
from reintegra.intake import responses_of
from reintegra.measure import score_block

NAMES = sorted(rg.instruments()["name"])


@st.composite
def answered(draw):
    """Draw an instrument and answers to it: declared codes or blanks, no skip rule broken."""
    instrument = rg.load_instrument(draw(st.sampled_from(NAMES)))
    people = draw(st.integers(1, 6))
    choices = [st.sampled_from([*item.codes, np.nan]) for item in instrument.items]
    rows = draw(st.lists(st.tuples(*choices), min_size=people, max_size=people))
    frame = pd.DataFrame(rows, columns=instrument.item_names, dtype=float)
    for skip in instrument.skips:
        met = np.logical_and.reduce([frame[name] == code for name, code in skip.when.items()])
        for name in skip.items:
            frame.loc[met & frame[name].notna(), name] = skip.value
    return instrument, frame


def scored(instrument, frame):
    responses = responses_of(frame, instrument, direction_known=True)
    return rg.score(responses, variant=None)


@settings(deadline=None, max_examples=150)
@given(answered())
def test_every_score_lies_in_its_declared_range(drawn):
    instrument, frame = drawn
    scores = scored(instrument, frame)
    for place, score in enumerate(instrument.scores):
        values = scores.values[:, place]
        values = values[~np.isnan(values)]
        assert (values >= score.low - 1e-9).all()
        assert (values <= score.high + 1e-9).all()


@settings(deadline=None, max_examples=100)
@given(answered(), st.randoms(use_true_random=False))
def test_the_order_of_people_changes_nothing(drawn, random):
    instrument, frame = drawn
    order = list(range(len(frame)))
    random.shuffle(order)
    whole = scored(instrument, frame).values
    assert scored(instrument, frame.iloc[order]).values.tobytes() == np.asfortranarray(whole[order]).tobytes()


@settings(deadline=None, max_examples=100)
@given(answered())
def test_a_score_exists_exactly_where_enough_was_answered(drawn):
    instrument, frame = drawn
    scores = scored(instrument, frame)
    too_few = scores.given < instrument.min_answered
    for place, score in enumerate(instrument.scores):
        if not score.lookup:
            enough = scores.answered[:, place] >= score.min_answered
            assert (np.isnan(scores.values[:, place]) == (~enough | too_few)).all()


@settings(deadline=None, max_examples=100)
@given(answered())
def test_turning_an_item_round_twice_changes_nothing(drawn):
    """Reversing the answers and the key of every item gives the same scores."""
    instrument, frame = drawn
    if instrument.skips or any(score.rule == "count" for score in instrument.scores):
        return
    from dataclasses import replace

    turned = replace(instrument, items=tuple(replace(item, reverse=not item.reverse) for item in instrument.items))
    mirrored = frame.copy()
    for item in instrument.items:
        mirrored[item.name] = item.lowest + item.highest - frame[item.name]
    block, other = (responses_of(f, instrument, direction_known=True).block for f in (frame, mirrored))
    assert score_block(block, instrument)[0].tobytes() == score_block(other, turned)[0].tobytes()


@settings(deadline=None, max_examples=60)
@given(answered(), st.integers(1, 5))
def test_splitting_and_joining_changes_nothing(drawn, size):
    instrument, frame = drawn
    block = responses_of(frame, instrument, direction_known=True).block
    pieces = [score_block(block[i : i + size], instrument)[0] for i in range(0, len(block), size)]
    assert np.concatenate(pieces).tobytes() == np.ascontiguousarray(score_block(block, instrument)[0]).tobytes()
