"""Argilla: the only part that speaks to its servers. Its library is loaded with the first use."""
