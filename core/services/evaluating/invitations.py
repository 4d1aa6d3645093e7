"""Invitations: a signed word in a link that leads into one study, and lets whoever follows it judge there and nothing else."""

from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer

from core.domain.judgment import BlindStudy
from core.domain.person import Actor, Role, called
from core.domain.study import Rater, RaterKind, StudyState
from core.domain.study_now import StudyNow
from core.errors import BadInput, NotFound
from core.services.access import may_grow
from core.services.evaluating import blind, study_making
from core.services.people import People, signing_key
from core.services.projects import Project
from core.store import judging_reading, study_log, study_reading

_ASK = "Ask whoever sent you the link for a new one."


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """What a link says. `person_id` is "" in a link that anybody may follow.

    `number`: how many links of its kind had been called back when it was made; it leads on only as long as it is the newest.
    """

    project: str
    study_id: str
    person_id: str = ""
    number: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """What somebody who follows a link is told before they begin. `name` is theirs, if the link is for one person."""

    study: BlindStudy
    name: str


class Invitations:
    """The invitations of one installation: made, read, followed. Nothing is kept of them but who followed one."""

    def __init__(self, people: People, key_file: Path) -> None:
        self._people = people
        self._signer = URLSafeSerializer(signing_key(key_file), salt="invitation")

    def invite(self, actor: Actor, project: Project, study_id: str, person_id: str = "") -> str:
        """The word for a link: for one person, or ("" for their id) for anybody. NotFound without such a person or study."""
        may_grow(actor)
        study = study_making.one(actor, project, study_id)
        if person_id:
            self._person(person_id)
        elif study.design.people:
            raise BadInput("This study is for the people who are chosen", to_do="Take the link of one of them.")
        number = study_reading.links_called_back(project.database, study.id, person_id)
        return str(self._signer.dumps([project.slug, study.id, person_id, number]))

    def read(self, word: str) -> Invitation:
        """What a link says. BadInput for one that was not made here, or was changed on its way."""
        try:
            project, study_id, person_id, *numbered = self._signer.loads(word)
            number = int(numbered[0]) if numbered else 0  # the first links had none
        except (BadData, ValueError, TypeError):
            raise BadInput("This link is not whole, or of another studio", to_do=_ASK) from None
        return Invitation(project=str(project), study_id=str(study_id), person_id=str(person_id), number=number)

    def door(self, project: Project, word: str) -> Door:
        """What to say to whoever stands before it; `project` is the link's. BadInput if nobody can judge there now."""
        said = self.read(word)
        study = self._study(project, said)
        return Door(study=blind.study(study), name=self._person(said.person_id).name if said.person_id else "")

    def join(self, project: Project, word: str, *, name: str = "", already: Actor | None = None) -> Actor:
        """Follow a link: as the person whom it names, as who one is here `already`, or as somebody new of this name.

        They take part from now on. Somebody new is a rater: they judge, and are shown nothing else. BadInput for a name
        that cannot be one or is taken, and for a study that is not open.
        """
        said = self.read(word)
        study = self._study(project, said)
        if said.person_id:
            who = self._person(said.person_id)
        elif study.design.people:
            raise BadInput("This study is for the people who are chosen", to_do=_ASK)
        else:
            is_known = already is not None and already.role.only_judges
            who = already if already and is_known else self._people.add(self._people.owner(), name, Role.RATER).actor
        if not judging_reading.has_joined(project.database, study.id, who.person_id):
            rater = Rater(study_id=study.id, person_id=who.person_id, kind=RaterKind.HUMAN, name=who.name)
            study_log.write(project.database, study.id, [rater], only_in=(StudyState.PILOT, StudyState.OPENED))
        return who

    def _study(self, project: Project, said: Invitation) -> StudyNow:
        study = study_making.one(self._people.owner(), project, said.study_id)
        if not study.takes_judgments:
            raise BadInput("This study is not open for judging", to_do="Ask whoever sent you the link when it is.")
        if said.number < study_reading.links_called_back(project.database, study.id, said.person_id):
            raise BadInput("This link was called back", to_do=_ASK)
        return study

    def _person(self, person_id: str) -> Actor:
        """Somebody who is known and active here, and may do no more than whoever finds the link should be able to."""
        for one in self._people.list(self._people.owner()):
            if one.id == person_id and not one.role.only_judges:
                raise BadInput(
                    f"{one.name} may do more than judge, and a link would let whoever has it do that too",
                    to_do="They say who they are at the foot of the page, and open Judge.",
                )
            if one.id == person_id and one.active:
                return Actor(person_id=one.id, name=called(one.id, one.name, _NOBODY), role=one.role)
        raise NotFound("This person is not active here", to_do=_ASK)


_NOBODY = Actor(person_id="", name="", role=Role.RATER)
