"""Figures of what a run or a study amounts to. The only importer of plotly; values in, figures out (docs/look.md)."""
