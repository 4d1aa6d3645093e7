"""The six evolving operations (docs/method.md, section 1)."""

from enum import StrEnum


class Operation(StrEnum):
    """One way of rewriting an instruction; the value is what the log, files and the page hooks say."""

    ADD_CONSTRAINTS = "add_constraints"
    DEEPEN = "deepen"
    CONCRETIZE = "concretize"
    INCREASE_REASONING = "increase_reasoning"
    COMPLICATE_INPUT = "complicate_input"
    MUTATE = "mutate"

    @property
    def label(self) -> str:
        """What a person reads."""
        return _LABELS[self]

    @property
    def has_word_budget(self) -> bool:
        """Only these are asked to add 10 to 20 words; input and mutation are free."""
        return self not in (Operation.COMPLICATE_INPUT, Operation.MUTATE)


_LABELS = {
    Operation.ADD_CONSTRAINTS: "Add constraints",
    Operation.DEEPEN: "Deepen",
    Operation.CONCRETIZE: "Concretize",
    Operation.INCREASE_REASONING: "More reasoning",
    Operation.COMPLICATE_INPUT: "Complicate input",
    Operation.MUTATE: "Mutate",
}

DATA_FORMATS = ("XML", "SQL", "Python", "HTML", "shell", "JSON")
WORD_BUDGET = (10, 20)
