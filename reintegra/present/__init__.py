"""What people see: figures, the report, the workbook, the sheet for the talk."""

from ..core.door import with_door
from . import plots
from .consultation import consultation_page, consultation_paper
from .export import Exported, export
from .followup import followup_list
from .forms import Forms, form_page, write_forms
from .problems import problems_table, write_problems
from .records_template import records_template
from .repair import ColouredCopy, coloured_copy
from .report import Report, report, report_page
from .reports import programme_report
from .settle import read_settled, settle_sheet
from .sheets import sheet_page
from .talk_summary import ConsultationSummary, consultation_summary
from .workbook import write_workbook

__all__ = [
    "ColouredCopy",
    "ConsultationSummary",
    "Exported",
    "Forms",
    "Report",
    "coloured_copy",
    "consultation_page",
    "consultation_paper",
    "consultation_summary",
    "export",
    "followup_list",
    "form_page",
    "plots",
    "problems_table",
    "programme_report",
    "read_settled",
    "records_template",
    "report",
    "report_page",
    "settle_sheet",
    "sheet_page",
    "write_forms",
    "write_problems",
    "write_workbook",
]

with_door(globals(), __all__)
