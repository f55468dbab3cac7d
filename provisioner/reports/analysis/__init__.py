"""Where did the money go, and what would have been cheaper?

`analyse` finds it, `document.analysis_fields` makes JSON of it, `show.print_analysis` a page.
"""

from provisioner.reports.analysis.analyse import Analysis, analyse

__all__ = ["Analysis", "analyse"]
