"""The nouns. Frozen values without I/O; a fact's fields are the columns of its table (docs/data-model.md)."""
