"""Every route and every page by its address, as every role and as nobody, in a studio where people sign in."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.routing import Route

from core.domain.person import Role
from core.domain.study import StudyDesign
from core.services.projects import FIRST
from pages.ui.routes import all_routes
from tests.builders import id_of
from tests.e2e.furnish import furnished
from tests.e2e.running import App, http_status
from tests.e2e.scripts import open_tab, visited
from tests.services.signed import HERE, PASSWORD, first_owner, joined, signed, who
from tests.studies.building import a_study

pytestmark = pytest.mark.e2e

NOBODY = "nobody"
EVERYBODY = frozenset(Role)
REVIEWERS = EVERYBODY - {Role.RATER}
GROWERS = frozenset({Role.OWNER, Role.CURATOR})
OWNERS = frozenset({Role.OWNER})
NONE: frozenset[Role] = frozenset()
ANYBODY = frozenset({*EVERYBODY, NOBODY})  # what lets somebody in, or says nothing of anybody
ID = id_of("nothing here")
QUERY = dict.fromkeys(("run", "seed", "id", "other", "parent", "study", "trial", "instruction", "map", "revision"), ID) | {
    "project": FIRST, "form": "html", "seq": "1", "format": "alpaca", "position": "0",
}  # fmt: skip
BODY = QUERY | {"decisions": [], "judgments": [], "text": "A text.", "value": 3, "operation": "deepen"}
BODIES = {
    "/api/map/selection": b"\x01\x00\x00\x00",
    "/api/node/offer": b'{"operation": "deepen"}',
    "/api/node/evolve": b'{"operation": "deepen"}',
}
ROUTES: dict[str, frozenset[object]] = {
    "/studio-modules/{version}/{path:path}": ANYBODY,
    "/health": ANYBODY,
    "/health/ready": ANYBODY,
    "/api/session": ANYBODY,
    "/api/session/end": ANYBODY,
    "/api/link": ANYBODY,
    "/api/link/accept": ANYBODY,
    "/api/join": ANYBODY,
    "/api/command": NONE,  # for whoever can read this machine's token
    "/api/person": NONE,  # nobody says by themselves who they are
    "/api/people/log/{kind}": OWNERS,
    "/api/answers": GROWERS,
    "/api/export": GROWERS,
    "/api/map": GROWERS,
    "/api/map/selection": GROWERS,
    "/api/map/text": GROWERS,
    "/api/node": GROWERS,
    "/api/node/between": GROWERS,
    "/api/node/evolve": GROWERS,
    "/api/node/offer": GROWERS,
    "/api/project": GROWERS,
    "/api/seeds": GROWERS,
    "/api/study-file": GROWERS,
    "/api/tree": GROWERS,
    "/api/tree/file/{kind}": GROWERS,
    "/api/tree/found": GROWERS,
    "/api/tree/runs": GROWERS,
    "/api/upload": GROWERS,
    "/api/decisions": REVIEWERS,
    "/api/edits": REVIEWERS,
    "/api/edits/undo": REVIEWERS,
    "/api/ratings": REVIEWERS,
    "/api/rendered": REVIEWERS,
    "/api/trials": REVIEWERS,
    "/api/trials/arrived": REVIEWERS,
    "/api/trials/one": REVIEWERS,
    "/api/judge/past": EVERYBODY,
    "/api/judge/rendered": EVERYBODY,
    "/api/judge/trials": EVERYBODY,
    "/api/judgments": EVERYBODY,
}
PAGES: dict[str, tuple[str, frozenset[object]]] = {
    "account": ("Your account", EVERYBODY),
    "data": ("Data", GROWERS),
    "doctor": ("Health", GROWERS),
    "explore": ("Explore", GROWERS),
    "history": ("History", REVIEWERS),
    "home": ("Grow a hard instruction dataset", GROWERS),
    "join": ("You are invited to judge", EVERYBODY),
    "judge": ("Judge", EVERYBODY),
    "packs": ("Prompt packs", GROWERS),
    "people": ("People", REVIEWERS),
    "projects": ("Projects", GROWERS),
    "rates": ("Rates", GROWERS),
    "reading": ("Reading", GROWERS),
    "results": ("Results", GROWERS),
    "review": ("Review", REVIEWERS),
    "runs": ("Runs", GROWERS),
    "seeds": ("Seeds", GROWERS),
    "settings": ("Settings", GROWERS),
    "sign_in": ("Sign in", ANYBODY),
    "studies": ("Studies", GROWERS),
    "team": ("Team", GROWERS),
    "trees": ("Trees", GROWERS),
}
STUDIES = "studies"
PUBLIC = "studio.example.org"
PLANTED = "Only those who may grow read that herons nest in March."


@pytest.fixture(scope="module")
def words() -> dict[str, str]:
    """The word of an open session, by role."""
    return {}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, words: dict[str, str]) -> Iterator[App]:
    home = Path(tmp_path_factory.mktemp("home"))
    with furnished(home) as fresh:
        fresh.project(FIRST, [PLANTED])
        design = StudyDesign(title="Letters")
        words["study"] = a_study(fresh.project(STUDIES).database, name="Letters", design=design)
    with signed(home) as studio:
        words[Role.OWNER] = first_owner(studio)
        words |= {role: joined(studio, f"A {role}", role) for role in (Role.CURATOR, Role.ANNOTATOR)}
        rater = studio.people.add(studio.people.owner(), "A rater", Role.RATER)
        words[Role.RATER] = studio.letting_in.accept(
            studio.accounts.new_password_link(studio.people.owner(), rater.id), "", "four plain words again", HERE
        )
        assert all(who(studio, words[role]).role is role for role in Role)
        words["cookie"] = studio.door.sessions.cookie
        project, owner = studio.projects.open(studio.people.owner(), STUDIES), studio.people.owner()
        words["for anybody"] = studio.invitations.invite(owner, project, words["study"])
        annotator = who(studio, words[Role.ANNOTATOR])
        words["for the annotator"] = studio.invitations.invite(owner, project, words["study"], annotator.person_id)
    with App(home, EVOL_STUDIO_SIGN_IN="accounts", EVOL_STUDIO_HOST=f"https://{PUBLIC}") as running:
        yield running


@pytest.fixture(scope="module")
def visit(app: App) -> dict[str, str]:
    return visited(app.url)


def cookies(words: dict[str, str], visit: dict[str, str], role: str) -> dict[str, str]:
    return visit if role == NOBODY else visit | {words["cookie"]: words[role]}


def answer(app: App, route: Route, has: dict[str, str]) -> tuple[int, str]:
    """What one request is answered: the status, and what it says."""
    method = "POST" if "POST" in (route.methods or ()) else "GET"
    path = route.path.replace("{kind}", "csv").replace("{version}/{path:path}", "0/none.js")
    body = BODIES.get(route.path, json.dumps(BODY).encode()) if method == "POST" else None
    headers = {"Cookie": "; ".join(f"{name}={word}" for name, word in has.items()), "Origin": app.url}
    request = urllib.request.Request(f"{app.url}{path}?{urlencode(QUERY)}", data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return int(reply.status), ""
    except urllib.error.HTTPError as error:
        with error:
            said = error.read()
            return error.code, json.loads(said).get("what", "") if said.startswith(b"{") else ""


def test_every_route_and_every_page_is_tried() -> None:
    assert {one.path for one in all_routes() if isinstance(one, Route)} == set(ROUTES)
    assert len(all_routes()) == len(ROUTES)
    assert {one.stem for one in (Path(__file__).parents[2] / "pages").glob("*.py")} == set(PAGES)


@pytest.mark.parametrize("role", [*Role, NOBODY])
def test_a_route_lets_in_whom_it_is_for_and_tells_everybody_else_why_not(
    role: str, app: App, words: dict[str, str], visit: dict[str, str]
) -> None:
    routes = sorted((one for one in all_routes() if isinstance(one, Route)), key=lambda one: one.path)
    wrong = []
    for route in (one for one in routes if one.path != "/api/session/end"):  # which would end the session that is tried
        status, said = answer(app, route, cookies(words, visit, role))
        is_let_in = (
            status < 500
            and status != 403
            and said not in ("You are not signed in", "The token is used up", "This is no command")
        )
        if is_let_in != (role in ROUTES[route.path]):
            wrong.append((route.path, status, said))
        if role == NOBODY and ROUTES[route.path] not in (ANYBODY, NONE):
            assert (status, said) == (401, "You are not signed in"), route.path
    assert not wrong


def test_a_request_that_no_page_of_ours_sent_is_refused_whoever_sends_it(
    app: App, words: dict[str, str], visit: dict[str, str]
) -> None:
    session = {words["cookie"]: words[Role.OWNER]}
    said = "; ".join(f"{name}={word}" for name, word in (visit | session).items())
    asked = f"{app.url}/api/seeds?{urlencode(QUERY)}"
    assert http_status(asked, Cookie=said) == 200
    assert http_status(asked, Cookie=said, Origin="http://evil.example") == 403
    assert http_status(asked, Cookie=said, Sec_Fetch_Site="cross-site") == 403
    assert http_status(asked, Cookie=f"{words['cookie']}={words[Role.OWNER]}") == 403  # no visit
    assert http_status(asked, Cookie=said, Host="evil.example") == 421


@pytest.mark.parametrize("role", [*Role, NOBODY])
def test_a_page_shows_itself_to_whom_it_is_for_and_to_nobody_else(
    role: str, app: App, words: dict[str, str], visit: dict[str, str]
) -> None:
    wrong = []
    for page, (title, roles) in PAGES.items():
        with open_tab(app.url, cookies(words, visit, role)) as tab:
            said = tab.run(page.replace("_", "-"), urlencode({"project": FIRST}))
        is_shown = f'body: "{title}' in said and "This needs the role" not in said
        if is_shown != (role in roles):
            wrong.append((page, is_shown))
        if role not in GROWERS and PLANTED in said and page != "review":
            wrong.append((page, True))
        if role == NOBODY:
            assert 'body: "Sign in"' in said, page
    assert not wrong


def post(app: App, path: str, has: dict[str, str], body: object) -> tuple[int, dict[str, str]]:
    """The status, and the cookies that the answer sets."""
    headers = {"Cookie": "; ".join(f"{name}={word}" for name, word in has.items()), "Origin": app.url}
    request = urllib.request.Request(app.url + path, data=json.dumps(body).encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            given = SimpleCookie("; ".join(reply.headers.get_all("set-cookie", [])))
            return int(reply.status), {name: one.value for name, one in given.items()}
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {}


def test_a_rater_comes_by_a_studys_link_without_an_account_and_sees_that_study_alone(
    app: App, words: dict[str, str], visit: dict[str, str]
) -> None:
    with open_tab(app.url, visit) as tab:
        said = tab.run("join", urlencode({"invitation": words["for anybody"]}))
        assert "You are invited to judge" in said
        assert "Letters" in said
        assert "This needs the role" not in said
    status, given = post(app, "/api/join", visit, {"invitation": words["for anybody"], "name": "Zoe"})
    assert status == 200
    hand = f"{app.url}/api/judge/trials?{urlencode({'project': STUDIES, 'study': words['study']})}"
    said = "; ".join(f"{name}={word}" for name, word in (visit | given).items())
    assert http_status(hand, Cookie=said) == 200
    assert http_status(f"{app.url}/api/trials?project={STUDIES}", Cookie=said) == 403
    again, nothing = post(app, "/api/join", visit | given, {"invitation": words["for anybody"], "as_me": True})
    assert (again, nothing) == (200, {})  # who they are here already


def test_a_studys_link_lets_nobody_in_as_somebody_who_signs_in(
    app: App, words: dict[str, str], visit: dict[str, str]
) -> None:
    link = {"invitation": words["for the annotator"]}
    for role in (NOBODY, Role.CURATOR):
        status, given = post(app, "/api/join", cookies(words, visit, role), link)
        assert (status, given) == (401, {})
    assert post(app, "/api/join", cookies(words, visit, Role.ANNOTATOR), link) == (200, {})


def test_what_can_be_no_sign_in_is_said_and_breaks_nothing(app: App, visit: dict[str, str]) -> None:
    for sent in ({"name": "\ud800", "password": "\udfff"}, {"name": ["Olga"]}, {"ticket": 7}, {"link": {}}, [], "Olga"):
        assert post(app, "/api/session", visit, sent)[0] == 422
    assert post(app, "/api/session", visit, {"name": "Olga" * 2_000})[0] == 422
    assert post(app, "/api/session", visit, {"ticket": "guessed"})[0] == 401


def test_behind_a_proxy_that_speaks_https_cookies_are_sent_over_nothing_else(
    app: App, words: dict[str, str], visit: dict[str, str]
) -> None:
    asked = urllib.request.Request(f"{app.url}/", headers={"Host": PUBLIC, "Accept": "text/html"})
    with urllib.request.urlopen(asked, timeout=30) as reply:
        assert "Secure" in reply.headers["set-cookie"]
    body = json.dumps({"name": "Olga", "password": PASSWORD}).encode()
    said = {"Host": PUBLIC, "Origin": f"https://{PUBLIC}", "Cookie": f"studio_visit={visit['studio_visit']}"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{app.url}/api/session", data=body, headers=said), timeout=30
    ) as reply:
        flags = reply.headers["set-cookie"]
    assert all(flag in flags for flag in ("Secure", "HttpOnly", "SameSite=strict"))


def test_commands_come_from_the_machine_itself_whatever_token_they_bring(app: App) -> None:
    door = json.loads((app.home / "studio.duckdb.bridge").read_text(encoding="utf-8"))
    command = json.dumps({"token": door["token"], "command": "people list", "arguments": {}}).encode()
    assert http_status(f"{app.url}/api/command", body=command, Host=PUBLIC) == 403
    assert http_status(f"{app.url}/api/command", body=command, X_Forwarded_For="203.0.113.9") == 403
    assert http_status(f"{app.url}/api/command", body=command) == 200
    assert http_status(f"{app.url}/api/command", body=command) == 401  # good for one


def test_what_streamlit_tells_of_its_own_is_for_those_who_are_signed_in(
    app: App, words: dict[str, str], visit: dict[str, str]
) -> None:
    assert http_status(f"{app.url}/_stcore/metrics") == 401
    assert http_status(f"{app.url}/_stcore/agent/openapi.json") == 401
    assert http_status(f"{app.url}/_stcore/upload_file/one/two", body=b"") == 401
    assert http_status(f"{app.url}/_stcore/metrics", Cookie=f"{words['cookie']}={words[Role.OWNER]}") == 200


def test_who_is_signed_out_elsewhere_is_refused_by_the_next_drawing_of_an_open_page(
    app: App, words: dict[str, str], visit: dict[str, str]
) -> None:
    has = cookies(words, visit, Role.CURATOR)
    (end,) = (one for one in all_routes() if isinstance(one, Route) and one.path == "/api/session/end")
    with open_tab(app.url, has) as tab:
        assert 'body: "Seeds"' in tab.run("seeds")
        assert answer(app, end, has)[0] == 200
        again = tab.run("seeds")
        assert 'body: "Sign in"' in again
        assert PLANTED not in again
