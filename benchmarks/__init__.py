"""Measurements side by side, one script a question. Each writes its dated table into docs/benchmarks.md."""
