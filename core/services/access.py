"""Who may do what."""

from core.domain.person import Actor, Role
from core.errors import NotAllowed


def require(actor: Actor, *roles: Role) -> None:
    """NotAllowed unless the actor has one of these roles."""
    if actor.role not in roles:
        needed = " or ".join(roles)
        raise NotAllowed(f"This needs the role {needed}", to_do=f"{actor.name} is {actor.role}. Ask an owner.")


def may_grow(actor: Actor) -> None:
    require(actor, Role.OWNER, Role.CURATOR)


def may_read(actor: Actor) -> None:
    require(actor, Role.OWNER, Role.CURATOR)


def may_review(actor: Actor) -> None:
    """Everybody may decide, but those who were invited to a study alone: what a project holds could unblind them."""
    require(actor, Role.OWNER, Role.CURATOR, Role.ANNOTATOR)


def may_judge(actor: Actor) -> None:
    """Everybody who is known may open a project, and judge in the studies that are open to them."""
    require(actor, *Role)
