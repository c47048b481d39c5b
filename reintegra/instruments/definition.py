"""What an instrument is: items, answers, scores, bands, and the rules that go with them.

An instrument is written in TOML (``format = 1``); `reading` refuses what is wrong in it;
this module holds what is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

Label = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """One answer that may be given: its code, its wording, and other spellings met in data."""

    value: int
    label: Label = field(default_factory=dict)
    also: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way to write this answer in words."""
        return (*self.label.values(), *self.also)


@dataclass(frozen=True)
class Flag:
    """An answer of ``at`` or more to this item needs someone today."""

    at: int
    reason: Label


@dataclass(frozen=True)
class Item:
    """One question. ``answers`` stand in the order of their codes."""

    name: str
    number: str
    answers: tuple[Answer, ...]
    label: Label = field(default_factory=dict)
    reverse: bool = False
    unused: bool = False
    opposite_of: str | None = None
    flag: Flag | None = None

    @cached_property
    def codes(self) -> tuple[int, ...]:
        """The declared codes, rising."""
        return tuple(answer.value for answer in self.answers)

    @property
    def lowest(self) -> int:
        """The lowest declared code."""
        return self.answers[0].value

    @property
    def highest(self) -> int:
        """The highest declared code."""
        return self.answers[-1].value

    def scored(self, code: int, reverse: bool) -> int:
        """Return what a code counts: lowest + highest - code where reversed, of the declared answers, not the seen."""
        return self.lowest + self.highest - code if reverse else code


@dataclass(frozen=True)
class Band:
    """A named stretch of a score: ``below`` its edge, or ``upto`` and with it; the last one has no edge."""

    label: Label
    below: float | None = None
    upto: float | None = None

    @property
    def edge(self) -> float | None:
        """Where this band ends."""
        return self.below if self.below is not None else self.upto


@dataclass(frozen=True)
class Score:
    """How one number is made, from items or from scores declared before it.

    Exactly one of ``items`` and ``scores`` (score name to weight) is filled. ``bands`` maps the name of a band system
    (empty where there is only one) to its bands. ``raw`` is the range of the sum, mean or count before it is rescaled,
    ``low`` and ``high`` the least and the most the score can be.
    """

    name: str
    label: Label
    rule: str
    min_answered: int
    items: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    either: tuple[tuple[str, ...], ...] = ()
    counts: tuple[int, ...] = ()
    prorate: bool = False
    rescale: tuple[float, float] | None = None
    multiply: float = 1.0
    lookup: tuple[tuple[float, float], ...] = ()
    round_before_bands: bool = False
    bands: Mapping[str, tuple[Band, ...]] = field(default_factory=dict)
    higher_is: str = "unknown"
    formative: bool = False
    raw: tuple[float, float] = (0.0, 0.0)
    low: float = 0.0
    high: float = 0.0

    @property
    def parts(self) -> int:
        """How many answers (an either-or group counts once) or scores it is made of."""
        return len(self.scores) or len(self.items) - sum(len(group) - 1 for group in self.either)


@dataclass(frozen=True)
class Skip:
    """Where every item of ``when`` has the code given, blanks in ``items`` become ``value``."""

    when: Mapping[str, int]
    items: tuple[str, ...]
    value: int


@dataclass(frozen=True)
class Variant:
    """A declared other way to score: further items reversed, or scores rounded half up."""

    name: str
    label: Label
    reverse: tuple[str, ...] = ()
    round: tuple[str, ...] = ()


@dataclass(frozen=True)
class OtherForm:
    """A form of the same instrument with another number of items, whose key this is not."""

    items: int
    reason: Label


@dataclass(frozen=True)
class Guards:
    """What stands between an instrument and its misuse.

    ``direction`` and ``wording`` say what the user has to look at on the form; ``people`` and ``people_column`` say of
    whom it may be asked; ``forms`` are the look-alikes that are refused.
    """

    direction: Label | None = None
    wording: Label | None = None
    people_column: str | None = None
    people: tuple[str, ...] = ()
    people_reason: Label = field(default_factory=dict)
    forms: tuple[OtherForm, ...] = ()


@dataclass(frozen=True)
class Instrument:
    """A questionnaire and its key, as read from a definition that has no fault."""

    name: str
    version: str
    status: str
    language: str
    title: Label
    items: tuple[Item, ...]
    scores: tuple[Score, ...]
    citation: str = ""
    licence: str = ""
    sources: tuple[str, ...] = ()
    check: int | None = None
    check_note: str = ""
    instruction: Label = field(default_factory=dict)
    status_line: Label = field(default_factory=dict)
    note: Label = field(default_factory=dict)
    missing: tuple[Answer, ...] = ()
    skips: tuple[Skip, ...] = ()
    variants: tuple[Variant, ...] = ()
    min_answered: int = 0
    profile: tuple[str, ...] = ()
    guards: Guards = field(default_factory=Guards)
    file: str = ""
    digest: str = ""

    @property
    def item_names(self) -> list[str]:
        """The names of the items, in the published order."""
        return [item.name for item in self.items]

    def item(self, name: str) -> Item:
        """Return the item of that name."""
        return self.items[self.item_names.index(name)]

    def score(self, name: str) -> Score:
        """Return the score of that name."""
        return next(score for score in self.scores if score.name == name)

    @property
    def validated(self) -> bool:
        """Whether scores may be shown without a status line."""
        return self.status == "validated"

    def __repr__(self) -> str:
        return f"Instrument({self.name!r}, {len(self.items)} items, {len(self.scores)} scores, {self.status})"
