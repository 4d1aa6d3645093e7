"""The log: one DuckDB file a project. The only place that imports duckdb (docs/data-model.md)."""
