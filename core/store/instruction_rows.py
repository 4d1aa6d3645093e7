"""A row of the instruction table as the noun."""

from typing import Any

from core.domain.instruction import Instruction, InstructionKind
from core.domain.operation import Operation


def instruction_from(row: dict[str, Any]) -> Instruction:
    """A row of the instruction table as the noun."""
    operation = row["operation"]
    return Instruction(
        **{
            **row,
            "kind": InstructionKind(row["kind"]),
            "operation": Operation(operation) if operation else None,
            "ancestors": tuple(row["ancestors"]),
        }
    )
