"""What people see: figures, the report, the workbook, the sheet for the talk."""

from . import plots
from .problems import problems_table, write_problems
from .report import Report, report, report_page
from .sheets import sheet_page
from .workbook import write_workbook

__all__ = [
    "Report",
    "plots",
    "problems_table",
    "report",
    "report_page",
    "sheet_page",
    "write_problems",
    "write_workbook",
]
