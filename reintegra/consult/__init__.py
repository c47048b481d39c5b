"""What was said: consultations, masked, coded and compared."""

from ..core.door import with_door
from .circumstances import FacilitatorEffects, OfficerPresent, facilitator_effects, officer_present
from .codebook import Codebook, codebook_of, load_codebook
from .coding import Codings, Consensus, assign_coders, consensus, disagreements
from .coverage import ConcernCoverage, concern_coverage, share_missed
from .exchange import (
    Project,
    read_highlights,
    read_qdc,
    read_qdpx,
    read_tags,
    read_texts,
    write_qdc,
    write_qdpx,
    write_tags,
    write_texts,
)
from .form import ConsultationForm, consultation_form, consultation_xlsform
from .form_reading import read_consultations
from .masking import Masked, mask, reviewed_table, reviewed_text
from .moved import ThemeChange, ThemePairs, theme_change, theme_pairs
from .review import read_review, review_sheet
from .saturation import Saturation, saturation
from .settling import disagreement_sheet, read_finals
from .sheet_reading import read_sheets
from .sheets import coding_sheets
from .suggest import Suggestions, suggest
from .texts import answers
from .themes import Prevalence, prevalence
from .withheld import withhold
from .words import Keyness, keyness, keyword_in_context

__all__ = [
    "Codebook",
    "Codings",
    "ConcernCoverage",
    "Consensus",
    "ConsultationForm",
    "FacilitatorEffects",
    "Keyness",
    "Masked",
    "OfficerPresent",
    "Prevalence",
    "Project",
    "Saturation",
    "Suggestions",
    "ThemeChange",
    "ThemePairs",
    "answers",
    "assign_coders",
    "codebook_of",
    "coding_sheets",
    "concern_coverage",
    "consensus",
    "consultation_form",
    "consultation_xlsform",
    "disagreement_sheet",
    "disagreements",
    "facilitator_effects",
    "keyness",
    "keyword_in_context",
    "load_codebook",
    "mask",
    "officer_present",
    "prevalence",
    "read_consultations",
    "read_finals",
    "read_highlights",
    "read_qdc",
    "read_qdpx",
    "read_review",
    "read_sheets",
    "read_tags",
    "read_texts",
    "review_sheet",
    "reviewed_table",
    "reviewed_text",
    "saturation",
    "share_missed",
    "suggest",
    "theme_change",
    "theme_pairs",
    "withhold",
    "write_qdc",
    "write_qdpx",
    "write_tags",
    "write_texts",
]

with_door(globals(), __all__)
