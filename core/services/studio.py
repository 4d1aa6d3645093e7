"""The studio: everything that one process holds open, and nothing else. Pages get one, commands make one."""

from dataclasses import dataclass

from core.domain.person import Actor
from core.domain.run import SeedChoice
from core.domain.system import EMBEDDED
from core.models.embedded import default_weights
from core.services import demo, temporary
from core.services.access import may_grow, may_judge
from core.services.destinations import Destinations
from core.services.embedded import Embedded
from core.services.endpoints import Endpoints
from core.services.errands import Errands
from core.services.evaluating.invitations import Invitations
from core.services.evaluating.judge_desk import JudgeDesk
from core.services.evaluating.model_judge import ModelJudges
from core.services.evaluating.results import Results
from core.services.evaluating.study_answers import StudyAnswers
from core.services.exchanging.argilla import Argilla
from core.services.exchanging.argilla_work import ArgillaWork
from core.services.exchanging.hubs import Pushes
from core.services.exchanging.previewing import Previews
from core.services.exploring.cluster_names import ClusterNames
from core.services.exploring.coverage import Coverages
from core.services.exploring.embedding import Embeddings
from core.services.exploring.explored import Explored
from core.services.exploring.filling import Fillings
from core.services.exploring.maps import Maps
from core.services.exploring.survival import Survival
from core.services.growing import presets
from core.services.growing import seeds as seed_service
from core.services.growing.clusters import Clusters
from core.services.growing.live import LiveRuns
from core.services.growing.packs import Packs
from core.services.growing.runs import Runs
from core.services.growing.skills import SkillLabels
from core.services.keeping.backup_clock import BackupClock
from core.services.keeping.backups import Backups
from core.services.keeping.doctor import Doctor, House
from core.services.keys import secrets_files
from core.services.people import People
from core.services.projects import DEMO, FIRST, Project, Projects
from core.services.reviewing.answer_lists import AnswerLists
from core.services.reviewing.answers import Answers
from core.services.reviewing.desk import Desk
from core.services.reviewing.duplicates import Duplicates
from core.services.shelf import Shelf
from core.services.signing.accounts import Accounts
from core.services.signing.door import Door
from core.services.signing.letting_in import LettingIn
from core.services.signing.links import Links
from core.services.signing.sessions import Sessions
from core.settings import Settings
from core.store.database import Database, open_database

_TRY_SEEDS, TRY_NAME = 5, "First try"


@dataclass(frozen=True, slots=True)
class Studio:
    """One open installation. `close` commits what waits, ends the engines and the embedded model."""

    settings: Settings
    installation: Database
    people: People
    door: Door
    letting_in: LettingIn
    accounts: Accounts
    invitations: Invitations
    projects: Projects
    shelf: Shelf
    backups: Backups
    backup_clock: BackupClock
    doctor: Doctor
    embedded: Embedded
    destinations: Destinations
    endpoints: Endpoints
    packs: Packs
    live: LiveRuns
    clusters: Clusters
    runs: Runs
    skills: SkillLabels
    desk: Desk
    judge_desk: JudgeDesk
    duplicates: Duplicates
    answers: Answers
    answer_lists: AnswerLists
    study_answers: StudyAnswers
    model_judges: ModelJudges
    results: Results
    argilla: Argilla
    argilla_work: ArgillaWork
    pushes: Pushes
    previews: Previews
    survival: Survival
    coverage: Coverages
    fillings: Fillings
    explored: Explored
    embeddings: Embeddings
    maps: Maps
    cluster_names: ClusterNames

    def open(self, actor: Actor, slug: str) -> Project:
        """Any project by its name, the demo too, which is built when it is first asked for."""
        return self.demo(actor) if slug == DEMO else self.projects.open(actor, slug)

    def demo(self, actor: Actor) -> Project:
        """The finished project that comes with the studio, built from its text when first opened."""
        may_judge(actor)
        path = self.settings.projects / f"{DEMO}.duckdb"
        if not path.exists():
            demo.build(self.settings.shipped / "demo", path)
        return self.projects.open(actor, DEMO)

    def try_now(self, actor: Actor) -> None:
        """The embedded model on five seeds for two epochs: fetched if it is not here, then grown; or resumed."""
        may_grow(actor)
        self.embedded.start_fetch(lambda: self._grow_first(actor))

    def _grow_first(self, actor: Actor) -> None:
        project = self.projects.open(actor, FIRST)
        if seed_service.count(actor, project) == 0:
            seed_service.import_shipped(actor, project, self.settings.shipped)
        for run in self.runs.list(actor, project):
            if run.name == TRY_NAME:
                self.runs.resume(actor, project, run.id)
                return
        settings = presets.settings(
            presets.QUICK,
            name=TRY_NAME,
            endpoint=EMBEDDED,
            seeds=SeedChoice(limit=_TRY_SEEDS, at_random=True),
            rng_seed=7,
        )
        self.runs.start(actor, project, settings)

    def close(self) -> None:
        self.doctor.close()
        self.backup_clock.close()
        self.backups.close()
        self.maps.close()
        self.embeddings.close()
        self.argilla_work.close()
        self.pushes.close()
        self.previews.close()
        self.fillings.close()
        self.live.close()
        self.duplicates.close()
        self.results.close()
        self.explored.close()
        self.embedded.stop()
        self.projects.close()
        self.installation.close()


def open_studio(settings: Settings) -> Studio:
    """Open the installation's own file; projects follow when they are asked for. Raises ProjectError."""
    settings.projects.mkdir(parents=True, exist_ok=True)
    installation = open_database(settings.home / "studio.duckdb", "installation")
    temporary.sweep(settings.projects)  # of what was killed; that of processes that live stays
    people = People(installation, settings.home / "signing.key")
    sessions = Sessions(installation, settings.home / "signing.key", settings.session_days)
    door, links = Door(settings, installation, people, sessions), Links(installation)
    letting_in = LettingIn(installation, door, links)
    embedded = Embedded(default_weights())
    destinations = Destinations(installation)
    endpoints = Endpoints(installation, embedded, destinations, secrets_files())
    packs = Packs(installation)
    live = LiveRuns()
    clusters = Clusters(settings.cluster, settings.cluster_gpus)
    answers = Answers(live, endpoints)
    errands = Errands(live, endpoints)
    projects = Projects(settings.projects)
    shelf = Shelf(projects, installation)
    backups = Backups(settings.backup_folder, shelf, projects, installation)
    backup_clock = BackupClock(backups, shelf, projects, installation)
    house = House(settings.home, installation, projects, shelf, endpoints, embedded, backups, backup_clock)
    judge_desk = JudgeDesk()
    argilla = Argilla(judge_desk, secrets_files(), destinations)
    embeddings = Embeddings(live, endpoints, clusters)
    runs, coverage = Runs(live, endpoints, packs, clusters), Coverages()
    return Studio(
        settings=settings,
        installation=installation,
        people=people,
        door=door,
        letting_in=letting_in,
        accounts=Accounts(installation, door, links, letting_in),
        invitations=Invitations(people, settings.home / "signing.key"),
        projects=projects,
        shelf=shelf,
        backups=backups,
        backup_clock=backup_clock,
        doctor=Doctor(house),
        embedded=embedded,
        destinations=destinations,
        endpoints=endpoints,
        packs=packs,
        live=live,
        clusters=clusters,
        runs=runs,
        skills=SkillLabels(errands, endpoints),
        desk=Desk(),
        judge_desk=judge_desk,
        duplicates=Duplicates(),
        answers=answers,
        answer_lists=AnswerLists(answers),
        study_answers=StudyAnswers(errands, endpoints),
        model_judges=ModelJudges(errands, endpoints),
        results=Results(),
        argilla=argilla,
        argilla_work=ArgillaWork(argilla, projects),
        pushes=Pushes(),
        previews=Previews(),
        embeddings=embeddings,
        maps=Maps(embeddings),
        cluster_names=ClusterNames(errands, endpoints),
        survival=Survival(),
        coverage=coverage,
        fillings=Fillings(runs, coverage),
        explored=Explored(),
    )
