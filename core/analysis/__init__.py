"""Statistics: intervals, and differences with theirs. Standard library only; every formula names its source."""
