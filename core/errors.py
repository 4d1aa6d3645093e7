"""Everything that can go wrong in a way a person can act on.

StudioError
├── NotAllowed            this role may not do that
│   └── NotSignedIn       it is not known who asks
├── NotFound              no such project, run, instruction …
├── BadInput              a file, row or field is not usable
├── ProjectError          the project's file cannot be used
│   ├── ProjectLocked     another process has it open
│   ├── ProjectNewer      a newer studio made it
│   ├── ProjectForeign    a DuckDB file, but not ours
│   └── ProjectDamaged    not readable
├── RunRefused            a run that cannot begin; nothing was spent
├── EndpointError         an endpoint cannot be used
├── ClusterError          a cluster of machines cannot be used
├── WeightsError          the embedded model cannot be fetched or started
├── HubError              a hub of datasets cannot be reached, or does not do what it was asked
└── ArgillaError          an Argilla server cannot be used, or does not do what it was asked
    └── ArgillaGone       what was made there is not there any more

A failed call is no exception but a value (`core.domain.call.CallFailure`). Anything else keeps its traceback.
"""


class StudioError(Exception):
    """Something a person can act on. `what` happened, `where` (file, row, field), what `to_do`."""

    def __init__(self, what: str, *, where: str = "", to_do: str = "") -> None:
        self.what, self.where, self.to_do = what, where, to_do
        sentence = what if what.endswith((".", "!", "?")) else what + "."
        super().__init__(" ".join(part for part in (where + ":" if where else "", sentence, to_do) if part))


class NotAllowed(StudioError): ...


class NotSignedIn(NotAllowed): ...


class NotFound(StudioError): ...


class BadInput(StudioError): ...


class ProjectError(StudioError): ...


class ProjectLocked(ProjectError): ...


class ProjectNewer(ProjectError): ...


class ProjectForeign(ProjectError): ...


class ProjectDamaged(ProjectError): ...


class RunRefused(StudioError): ...


class EndpointError(StudioError): ...


class ClusterError(StudioError): ...


class WeightsError(StudioError): ...


class HubError(StudioError): ...


class ArgillaError(StudioError): ...


class ArgillaGone(ArgillaError): ...
