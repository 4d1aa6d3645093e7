"""The projects of an installation as a person keeps them: listed, named, put away, opened from anywhere."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.domain.person import Actor, Role
from core.domain.project import Place, ProjectCard
from core.errors import BadInput, NotFound, ProjectError, RunRefused, StudioError
from core.services.access import may_grow, may_judge, may_read, require
from core.services.projects import DEMO, FIRST, GOING, Project, Projects
from core.store import installation, project_places, run_reading, seed_reading
from core.store.database import Database

_MOST_LETTERS = 80
_JOINERS = "\u200c\u200d"  # not printable, but no Persian word or joined sign without them
_LAST = "project"  # the setting that holds the project chosen last


class Shelf:
    """What is known of projects beside what stands in their own files. Nothing here ever moves or deletes a file."""

    def __init__(self, projects: Projects, database: Database) -> None:
        self._projects, self._database = projects, database
        for place in self._places().values():
            if place.path is not None:
                projects.know(place.slug, place.path)

    def slugs(self, actor: Actor) -> list[str]:
        """Every project that was not put away."""
        may_judge(actor)
        places = self._places()
        return [slug for slug in self._projects.slugs() if not _is_away(places.get(slug))]

    def names(self, actor: Actor) -> dict[str, str]:
        """The same with their names, in the order of the names."""
        places = self._places()
        names = {slug: self._name(slug, places.get(slug)) for slug in self.slugs(actor)}
        return dict(sorted(names.items(), key=lambda one: (one[1].casefold(), one[0])))

    def cards(self, actor: Actor) -> tuple[ProjectCard, ...]:
        """All projects in numbers, those put away last. Opens the others; one that cannot be says why."""
        may_read(actor)
        places = self._places()
        cards = [self._card(actor, slug, places.get(slug)) for slug in self._projects.slugs()]
        return tuple(sorted(cards, key=lambda card: (card.archived, card.name.casefold(), card.slug)))

    def default(self, actor: Actor) -> str:
        """The project to begin with: the one chosen last, else the first one, else another of one's own."""
        slugs = self.slugs(actor)
        last = installation.setting(self._database, _LAST)
        if last in slugs:
            return str(last)
        own = [slug for slug in slugs if slug != DEMO]
        if FIRST in own or not (own or _is_away(self._places().get(FIRST))):
            return FIRST
        return next(iter(own or slugs), FIRST)

    def choose(self, actor: Actor, slug: str) -> Project:
        """Open a project, and begin with it the next time."""
        may_read(actor)
        project = self._projects.open(actor, slug)
        installation.save_setting(self._database, _LAST, slug)
        return project

    def create(self, actor: Actor, name: str) -> Project:
        """A new, empty project of this name."""
        may_grow(actor)
        project = self._projects.create(actor, self._free_name(name))
        self._remember(Place(slug=project.slug, path=None, name=project.name))
        return project

    @property
    def folder(self) -> Path:
        """Where projects are made."""
        return self._projects.folder

    def adopt(self, actor: Actor, file: Path, name: str, *, is_free: bool = False) -> Project:
        """A project's file that was made in this folder becomes a project of this name. `is_free`: or of one like it that is free."""
        may_grow(actor)
        free = self._like(name) if is_free else self._free_name(name)
        project = self._projects.adopt(actor, file, free)
        self._remember(Place(slug=project.slug, path=None, name=free))
        return project

    def open_file(self, actor: Actor, path: str) -> Project:
        """A project's file anywhere, which is then listed with the others. Raises what is wrong with it. Paths are for owners."""
        require(actor, Role.OWNER)
        file = _existing(path)
        project = self._projects.open_file(actor, file)
        is_own = self._projects.is_own(project.slug, file)
        if not is_own:
            self._projects.know(project.slug, file)
        self._remember(Place(slug=project.slug, path=None if is_own else file, name=project.name))
        return project

    def rename(self, actor: Actor, slug: str, name: str) -> Project:
        """Another name. The file stays where it is, and links to the project stay good, whatever runs in it."""
        may_grow(actor)
        free = self._free_name(name, beside=slug)
        project = self._projects.rename(actor, slug, free)
        self._remember(replace(self._place(slug), name=free))
        return project

    def archive(self, actor: Actor, slug: str) -> None:
        """Put a project away: it is listed no more, its file stays as it is. One whose file is gone is forgotten."""
        may_grow(actor)
        if not self._projects.exists(slug):
            self._forget(slug)
            return
        self._require_at_rest(actor, slug)
        if self.slugs(actor) == [slug]:
            raise BadInput("This is the only project", to_do="Make another one first, then archive this one.")
        self._remember(replace(self._place(slug), archived_at=datetime.now(UTC)))

    def restore(self, actor: Actor, slug: str) -> None:
        """List a project again that was put away."""
        may_grow(actor)
        place = self._places().get(slug)
        if place is None or not _is_away(place):
            raise NotFound(f"No project “{slug}” is archived", to_do="The page Projects lists those that are.")
        path = self._projects.path(slug)
        if not path.exists():
            raise NotFound("Its file is not there any more", where=str(path), to_do="Put it back, then try again.")
        self._remember(replace(place, archived_at=None))

    def _places(self) -> dict[str, Place]:
        return project_places.places(self._database)

    def _place(self, slug: str) -> Place:
        """What is remembered of a project, with its present name."""
        kept = self._places().get(slug)
        return replace(kept or Place(slug=slug, path=None, name=""), name=self._name(slug, kept))

    def _remember(self, place: Place) -> None:
        """Of a file in the folder that was not put away there is nothing to remember."""
        if place.path is None and place.archived_at is None:
            project_places.forget(self._database, place.slug)
        else:
            project_places.keep(self._database, place)

    def _forget(self, slug: str) -> None:
        if slug not in self._places():
            raise NotFound(f"There is no project “{slug}”", to_do="The page Projects lists all of them.")
        project_places.forget(self._database, slug)
        self._projects.forget(slug)

    def _require_at_rest(self, actor: Actor, slug: str) -> None:
        """RunRefused while a run is going in it: what is put away must not go on spending unseen."""
        try:
            database = self._projects.open(actor, slug).database
        except ProjectError:  # no run goes on in a file that cannot be opened; it may be put away all the same
            return
        for run in run_reading.runs(database):
            if run.state in GOING:
                raise RunRefused(
                    f"Run {run.number} “{run.name}” is going in this project", to_do="Pause or stop it, then archive."
                )

    def _name(self, slug: str, place: Place | None) -> str:
        found = self._projects.find(slug)
        if found is not None:
            return found.name
        return place.name if place is not None else slug.replace("-", " ").capitalize()

    def _free_name(self, name: str, beside: str = "") -> str:
        """The name, tidied. BadInput if it cannot be one, or another project has it."""
        tidy = " ".join(name.split())
        if not tidy or len(tidy) > _MOST_LETTERS or not all(one.isprintable() or one in _JOINERS for one in tidy):
            raise BadInput("This cannot be a project's name", to_do=f"Give it 1 to {_MOST_LETTERS} letters.")
        places = self._places()
        others = (self._name(slug, places.get(slug)) for slug in self._projects.slugs() if slug != beside)
        if tidy.casefold() in {other.casefold() for other in others}:
            raise BadInput(f"Another project is called “{tidy}”", to_do="Choose another name.")
        return tidy

    def _like(self, name: str) -> str:
        """A free name like this one: itself, or with a number behind it."""
        plain = "".join(letter for letter in name if letter.isprintable())[: _MOST_LETTERS - 5].strip() or "Imported"
        places = self._places()
        taken = {self._name(slug, places.get(slug)).casefold() for slug in self._projects.slugs()}
        many = (plain, *(f"{plain} {number}" for number in range(2, 10_000)))
        return self._free_name(next(one for one in many if " ".join(one.split()).casefold() not in taken))

    def _card(self, actor: Actor, slug: str, place: Place | None) -> ProjectCard:
        path = self._projects.path(slug)
        card = ProjectCard(
            slug=slug,
            name=self._name(slug, place),
            path=path,
            n_bytes=path.stat().st_size if path.exists() else None,
            archived=_is_away(place),
        )
        if card.archived and path.exists():
            return card
        try:
            project = self._projects.open(actor, slug)
        except StudioError as error:
            return replace(card, problem=f"{error.what.rstrip('.')}. {error.to_do}".strip())
        runs = run_reading.runs(project.database)
        return replace(
            card,
            name=project.name,
            runs=len(runs),
            going=sum(run.state in GOING for run in runs),
            seeds=seed_reading.count_seeds(project.database),
            last_used=project_places.last_work(project.database),
        )


def _is_away(place: Place | None) -> bool:
    return place is not None and place.archived_at is not None


def _existing(path: str) -> Path:
    """The file that a person means. NotFound or BadInput for what can be no project, before anything is made."""
    text = re.sub(r"""^(["'])(.*)\1$""", r"\2", path.strip())  # a path that was copied with its quotes
    if not text or "\x00" in text:
        raise BadInput("No file was named", to_do="Give the path of a project's file, such as /data/mine.duckdb.")
    try:
        file = Path(text).expanduser().resolve()
        is_there, is_folder = file.exists(), file.is_dir()
    except (OSError, RuntimeError) as error:  # too long, a loop of links, a home folder of nobody
        raise BadInput("This path cannot be used", where=text[:200], to_do="Check how it is written.") from error
    if is_folder:
        inside = [one.name for one in sorted(file.glob("*.duckdb"))[:3]]
        hint = f"Name the file in it, such as {inside[0]}." if inside else "Name a file; a project's ends in .duckdb."
        raise BadInput("This is a folder", where=str(file), to_do=hint)
    if not is_there:
        raise NotFound("There is no such file", where=str(file), to_do="Check the path; a project's ends in .duckdb.")
    return file
