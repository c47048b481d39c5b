"""One page about a unit's talks, to print and in Word: what people voiced, and whose worry has no voiced plan yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import reintegra

from ..consult import Codebook, ConcernCoverage, Consensus, Prevalence, concern_coverage, prevalence
from ..consult.talks import TALK, theme_label
from ..consult.withheld import LEAST
from ..core.coded import numbers, present
from ..core.errors import DataError
from ..core.files import output_folder, renamed, write_text, write_whole
from ..core.language import day, listed, number, say, speaking
from ..measure import CodeAgreement
from .pages import page
from .talk_summary_word import write_summary

PAGE, WORD = "ringkasan_konsultasi.html", "ringkasan_konsultasi.docx"
MOST = 3  # themes shown of each section
EARSHOT = 2


@dataclass(frozen=True)
class ConsultationSummary:
    """What was written: the page to print and the Word document."""

    page: Path
    word: Path

    def __str__(self) -> str:
        said = _say("written", page=self.page, word=self.word)
        return said + renamed([(self.page, PAGE), (self.word, WORD)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from markupsafe import Markup

        link = Markup('<a href="{}" target="_blank">{}</a>')
        return f"<p>{' · '.join(str(link.format(path.as_posix(), path.name)) for path in (self.page, self.word))}</p>"


@dataclass(frozen=True)
class Share:
    """A share on the page, of 1: what it is of, how many people stand behind it, and its interval."""

    label: str
    people: str
    estimate: float
    low: float
    high: float

    @property
    def percent(self) -> str:
        """The share in per cent with its interval, in the current language."""
        return _say("share", **_percent(self.estimate, self.low, self.high))


@dataclass(frozen=True)
class Content:
    """What stands on the page: texts in the current language, and shares."""

    title: str
    about: str
    told: str
    main: str
    themes: list[tuple[str, list[Share]]]  # by section, with the number of people who were asked
    topics: list[Share]
    aside: list[str]  # what is not in the table of topics, and why
    trust: list[str]
    next: list[str]
    made: str
    least: int = LEAST


def consultation_summary(
    talks: pd.DataFrame,
    consensus: Consensus | pd.DataFrame,
    codebook: Codebook,
    out: str | Path,
    *,
    agreement: CodeAgreement | None = None,
    wave: Any = None,
    about: str = "",
    lang: str | None = None,
) -> ConsultationSummary:
    """Write one page about a unit's talks: ringkasan_konsultasi.html (to print) and ringkasan_konsultasi.docx.

    Parameters
    ----------
    talks : DataFrame
        One row a talk, from `read_consultations`: person, wave, date, plan_concreteness; facilitator and
        officer_present where they are known. Those of one unit make the page of that unit.
    consensus : Consensus or DataFrame
        Of these talks; others in it are left out.
    codebook : Codebook
        From `load_codebook`.
    out : str or Path
        The folder to write to; it is made where missing.
    agreement : CodeAgreement, optional
        From `code_agreement`; without it the page says that agreement is not known.
    wave : optional
        The talks of this wave; without it the last talk of each person counts.
    about : str, optional
        What the talks are of, for the line under the title (the unit, for example).
    lang : "id" or "en", optional
        Language of the page; without it the current one.

    Returns
    -------
    ConsultationSummary
        The paths that were written. The page may be handed on: no person's code, no quote, and no number with fewer
        than five people behind it. The list by person code is `followup_list`.

    Raises
    ------
    DataError
        Talks of fewer than five people; as `concern_coverage`.
    OutputError
        The folder cannot be written to.

    Source
    ------
    What the page must and must not contain: docs/decisions/0025-the-page-of-the-talks.md
    """
    with speaking(lang):
        content = summary_content(talks, consensus, codebook, agreement=agreement, wave=wave, about=about)
        folder = output_folder(out, PAGE, WORD)
        written = write_text(folder / PAGE, page("talk_summary.html", content=content, s=_say))
        document = write_whole(folder / WORD, lambda path: write_summary(path, content, _say))
    return ConsultationSummary(written, document)


def summary_content(
    talks: pd.DataFrame,
    consensus: Consensus | pd.DataFrame,
    codebook: Codebook,
    *,
    agreement: CodeAgreement | None = None,
    wave: Any = None,
    about: str = "",
) -> Content:
    """Return what stands on the page, in the current language."""
    held, counted = _of(talks, wave)
    people = len(counted)
    if people < LEAST:
        raise DataError("summary-too-few", people=people, least=LEAST)
    coded = consensus.table if isinstance(consensus, Consensus) else consensus
    present(coded, TALK)
    kept = pd.MultiIndex.from_frame(coded[TALK]).isin(pd.MultiIndex.from_frame(counted[TALK]))
    coverage = concern_coverage(coded[kept], codebook, counted)
    themes = prevalence(coded[kept], codebook).shared()
    topics, aside = _topics(coverage, themes)
    near = _near(held)
    return Content(
        title=_say("title"),
        about=" · ".join(filter(None, (about, _period(held)))),
        told=_told(held, counted, wave, near),
        main=_main(coverage, people),
        themes=[(_asked(section, themes), _most(section, themes)) for section in codebook.sections],
        topics=topics,
        aside=aside,
        trust=[_agreed(agreement, codebook), coverage.caution, _say("unsaid"), _say("not_anonymous")],
        next=list(_next(coverage, agreement, near)),
        made=f"reintegra {reintegra.__version__}",
    )


def _say(code: str, /, **values: Any) -> str:
    return say("summary", code, **values)


def _percent(*shares: float) -> dict[str, str]:
    names = ("estimate", "low", "high")
    return {name: number(100 * share, 0) for name, share in zip(names, shares, strict=True)}


def _of(talks: pd.DataFrame, wave: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the talks that were held, and the one of each person that counts: of the wave, or the last."""
    present(talks, [*TALK, "date", "plan_concreteness"])
    if wave is not None:
        if wave not in set(talks["wave"]):
            raise DataError("theme-no-wave", wave=wave, waves=listed(dict.fromkeys(map(str, talks["wave"]))))
        held = talks[talks["wave"] == wave]
        return held, held
    dates = pd.to_datetime(talks["date"], errors="coerce")
    if undated := int(dates.isna().sum()):
        raise DataError("theme-no-date", talks=undated)
    return talks, talks.loc[dates.sort_values(kind="stable").index].drop_duplicates("person", keep="last")


def _period(held: pd.DataFrame) -> str:
    """Return from when to when the talks were held."""
    dates = pd.to_datetime(held["date"], errors="coerce").dropna()
    return "" if dates.empty else _say("period", first=day(dates.min()), last=day(dates.max()))


def _near(held: pd.DataFrame) -> int | None:
    """Return in how many talks an officer could hear; None where nobody noted it."""
    if "officer_present" not in held or held["officer_present"].isna().all():
        return None
    return int((numbers(held, ["officer_present"]) == EARSHOT).sum())


def _told(held: pd.DataFrame, counted: pd.DataFrame, wave: Any, near: int | None) -> str:
    """Return how many talks there were, by whom, and who could hear."""
    said = {"talks": len(held), "people": len(counted)}
    parts = [_say("talks" if wave is not None or len(held) == len(counted) else "talks_repeated", **said)]
    if "facilitator" in held and held["facilitator"].notna().any():
        parts.append(_say("facilitators", facilitators=held["facilitator"].nunique()))
    if near is not None:
        parts.append(_say("heard" if near >= LEAST else "heard_few" if near else "heard_never", near=near, least=LEAST))
    return " ".join(parts)


def _main(coverage: ConcernCoverage, people: int) -> str:
    """Return how many people have a worry without a voiced plan, as far as it may be told."""
    table = coverage.shared().table.set_index("name")
    row, untold = table.loc["unanswered"], table.loc["cannot_tell", "people"]
    said = {"some": number(row["people"], 0), "people": people}
    if np.isnan(row["people"]):
        told = _say("main_withheld", title=coverage.title, least=LEAST)
    elif np.isnan(row["estimate"]):
        told = _say("main_count", **said)
    else:
        told = _say("main", n=number(row["n"], 0), **said, **_percent(row["estimate"], row["ci_low"], row["ci_high"]))
    if untold == 0:
        return told
    return f"{told} {_say('untold_few') if np.isnan(untold) else _say('untold_some', untold=number(untold, 0))}"


def _asked(section: str, themes: Prevalence) -> str:
    """Return the name of a section with how many people were asked about it."""
    of = themes.table["name"].map(themes.codebook.section_of) == section
    n = themes.table.loc[of, "n"].max()
    label = theme_label(themes.codebook, "section", section)
    return label if np.isnan(n) else _say("section", section=label, n=number(n, 0))


def _most(section: str, themes: Prevalence) -> list[Share]:
    """Return the themes of a section that most people voice, of those that may be shown."""
    table = themes.table[themes.table["name"].map(themes.codebook.section_of) == section].dropna(subset="estimate")
    top = table.sort_values("estimate", ascending=False, kind="stable").head(MOST)
    return [_share(themes.label(row["name"]), row["voiced"], row) for row in top.to_dict("records")]


def _share(label: str, people: float, row: dict[Any, Any]) -> Share:
    return Share(label, number(people, 0), row["estimate"], row["ci_low"], row["ci_high"])


def _topics(coverage: ConcernCoverage, themes: Prevalence) -> tuple[list[Share], list[str]]:
    """Return the topics with the share of worries without a voiced plan; and what is not among them, and why."""
    book, table = coverage.codebook, coverage.shared().topics
    told = table.dropna(subset="estimate").sort_values("unanswered", ascending=False, kind="stable")
    found = [_share(theme_label(book, "topic", row["name"]), row["voiced"], row) for row in told.to_dict("records")]
    answerable = coverage.topics.loc[_answerable(coverage), "name"]
    few = [name for name in answerable if name not in set(told["name"])]
    aside = []
    if few:
        topics = listed(theme_label(book, "topic", name) for name in few)
        aside.append(_say("few", least=LEAST, topics=topics))
    if silent := _silent(coverage):
        shares = themes.table.set_index("name")
        each = []
        for code in silent:
            row = shares.loc[code]
            some = "" if np.isnan(row["estimate"]) else _say("of_people", some=number(row["voiced"], 0))
            each.append(f"{book.words(code)}{some}")
        aside.append(_say("no_answer", concerns=listed(each)))
    return found, aside


def _answerable(coverage: ConcernCoverage) -> Any:
    """Tell of each topic whether the codebook names an answer to any of its worries."""
    book = coverage.codebook
    named = {book.topic_of[code] for code in coverage.concerns["name"] if book.answered_by(code)}
    return coverage.topics["name"].isin(named).to_numpy()


def _silent(coverage: ConcernCoverage) -> list[str]:
    """Return the worries that somebody voices and nothing in the codebook answers."""
    table = coverage.concerns[coverage.concerns["voiced"] > 0]
    return [code for code in table["name"] if not coverage.codebook.answered_by(code)]


def _agreed(agreement: CodeAgreement | None, codebook: Codebook) -> str:
    """Return how well coders agree, and what that allows."""
    if agreement is None or np.isnan(agreement.pooled["estimate"]):
        return _say("agreed_unknown")
    row = agreement.pooled
    said = {name: number(float(row[name]), 2) for name in ("estimate", "ci_low", "ci_high")}
    worst = codebook.words(row["worst"]) if row["worst"] in codebook.codes else str(row["worst"])
    reading = _say(f"agreed_{row['reading']}")
    return _say("agreed", **said, reading=reading, worst=worst, lowest=number(float(row["worst_estimate"]), 2))


def _next(coverage: ConcernCoverage, agreement: CodeAgreement | None, near: int | None) -> Iterator[str]:
    """Yield what to do next."""
    yield _say("next_talk", title=coverage.title)
    if silent := _silent(coverage):
        yield _say("next_answer", concerns=listed(map(coverage.codebook.words, silent)))
    if near:
        yield _say("next_officer")
    if agreement is None:
        yield _say("next_second")
    elif agreement.pooled["reading"] != "firm":
        worst = agreement.codes.sort_values("estimate", kind="stable").index[:MOST]
        yield _say("next_codebook", codes=listed(coverage.codebook.words(code) for code in worst))
