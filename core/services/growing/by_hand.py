"""What every call that a person asks for beside a run has in common: the run's caps hold for it too."""

from core.domain.progress import RunSummary
from core.errors import RunRefused
from core.evolution.budget import Budget, Worst
from core.services.projects import Project
from core.store import run_reading


def reserve(budget: Budget, worst: Worst) -> None:
    """RunRefused if the call could pass a cap of the run."""
    if cap := budget.reserve(worst):
        raise RunRefused(f"This call could pass the run's {cap.removeprefix('the ')}", to_do="Raise the run's cap.")


def budget_at_rest(project: Project, run: RunSummary) -> Budget:
    """What the run at rest may still spend: its own calls and those asked for by hand count together."""
    spent = run_reading.spending_with_by_hand(project.database, run.id)
    return Budget(run.settings.caps, calls=spent.calls, tokens=spent.tokens, usd=spent.usd or 0.0)
