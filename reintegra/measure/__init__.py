"""What was measured: scores, and how they spread."""

from ..core.door import with_door
from .agreement import Agreement, agreement, cohen_kappa
from .bands import band_doubts
from .cfa import Confirmatory, cfa
from .code_agreement import CodeAgreement, code_agreement
from .consistency import Alpha, alpha, omega_total, stratified_alpha
from .correlate import correlation
from .describe import Answers, Distribution, Profile, Summary, answers, describe, distribution, profile
from .dif import Dif, mantel_dif
from .dimensions import (
    Adequacy,
    AveragePartial,
    Parallel,
    adequacy,
    minimum_average_partial,
    parallel_analysis,
)
from .efa import Exploratory, efa
from .ends import Ends, floor_ceiling
from .intraclass import Correlations, Retest, icc, retest
from .irt import PartialCredit, partial_credit, person_fit
from .items import ItemStatistics, item_statistics
from .kernel import score_block
from .knowledge import number_right, questions
from .missing import MissingAnswers, missing_answers
from .overview import Reliability, reliability
from .person import PersonScores, person_scores, sem, true_score
from .polychoric import OrdinalReliability, Polychoric, ordinal_reliability, polychoric
from .quality import (
    Quality,
    QualityGroups,
    WithAndWithout,
    flagged_rows,
    quality_groups,
    response_quality,
    without_flagged,
)
from .reliable import ImportantChange, ReliableChange, minimal_important_change, reliable_change
from .scales import Scale, moments, scale_of
from .scoring import Scores, score
from .sessions import attendance, delivery, session_groups
from .tasks import tasks_mastered
from .thesis import ExpertPanel, ThesisAlpha, ThesisItems, critical_r, expert_panel, thesis_alpha, thesis_items

__all__ = [
    "Adequacy",
    "Agreement",
    "Alpha",
    "Answers",
    "AveragePartial",
    "CodeAgreement",
    "Confirmatory",
    "Correlations",
    "Dif",
    "Distribution",
    "Ends",
    "ExpertPanel",
    "Exploratory",
    "ImportantChange",
    "ItemStatistics",
    "MissingAnswers",
    "OrdinalReliability",
    "Parallel",
    "PartialCredit",
    "PersonScores",
    "Polychoric",
    "Profile",
    "Quality",
    "QualityGroups",
    "Reliability",
    "ReliableChange",
    "Retest",
    "Scale",
    "Scores",
    "Summary",
    "ThesisAlpha",
    "ThesisItems",
    "WithAndWithout",
    "adequacy",
    "agreement",
    "alpha",
    "answers",
    "attendance",
    "band_doubts",
    "cfa",
    "code_agreement",
    "cohen_kappa",
    "correlation",
    "critical_r",
    "delivery",
    "describe",
    "distribution",
    "efa",
    "expert_panel",
    "flagged_rows",
    "floor_ceiling",
    "icc",
    "item_statistics",
    "mantel_dif",
    "minimal_important_change",
    "minimum_average_partial",
    "missing_answers",
    "moments",
    "number_right",
    "omega_total",
    "ordinal_reliability",
    "parallel_analysis",
    "partial_credit",
    "person_fit",
    "person_scores",
    "polychoric",
    "profile",
    "quality_groups",
    "questions",
    "reliability",
    "reliable_change",
    "response_quality",
    "retest",
    "scale_of",
    "score",
    "score_block",
    "sem",
    "session_groups",
    "stratified_alpha",
    "tasks_mastered",
    "thesis_alpha",
    "thesis_items",
    "true_score",
    "without_flagged",
]

with_door(globals(), __all__)
