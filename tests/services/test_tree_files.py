"""A tree taken along: whole, readable without the studio, and harmless whatever its texts say."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from core.domain.instruction import RunStatus
from core.domain.person import LOCAL_OWNER as ME
from core.domain.run import RunEventKind
from core.errors import NotFound
from core.services.growing import tree_files
from core.services.projects import Project
from tests.builders import (
    RUN,
    child,
    event,
    id_of,
    outcome,
    project_at,
    response,
    revision,
    run,
    seed,
    system,
)

FAR = "http://192.0.2.1"
HOSTILE = (
    f"<script>window.hurt=1</script><img src={FAR}/a.png onerror=alert(1)>",
    f"![pixel]({FAR}/m.png) [link](javascript:alert(1)) </title></style></svg><svg/onload=alert(1)>",
    "اشرح لماذا السماء زرقاء. \u202eThis runs the other way\u202c",
    "a\x00b\x08c \ufffe ]]> <!-- --> &lt; \" ' `",
    "{{constructor}} ${1} %s {0}",
)
DEAD = seed("hostile")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project_at(tmp_path_factory.mktemp("files") / "p.duckdb") as database:
        root = DEAD
        facts: list[object] = [
            run(name=HOSTILE[0]),
            event(RunEventKind.FINISHED),
            system(),
            root,
            revision(root, HOSTILE[0]),
        ]
        above = root
        for number, text in enumerate(HOSTILE[1:]):
            below = child(above)
            status = RunStatus.ELIMINATED if number == 1 else RunStatus.SURVIVED
            answer = response(below)
            facts += [below, revision(below, text), outcome(below, status), answer, revision(answer, HOSTILE[number])]
            above = below
        facts += [child(root, 1), child(above)]
        database.writer.append_now(facts)
        yield Project(slug="p", name="P <b>", database=database)


class Page(HTMLParser):
    """Every element of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data


def taken(project: Project, kind: str) -> str:
    return tree_files.take(ME, project, RUN, DEAD.id, kind).content.decode("utf-8")


def test_the_page_holds_every_text_and_no_element_of_theirs(project: Project) -> None:
    page = Page(taken(project, "html"))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "iframe", "link", "object", "base", "form", "image", "use", "foreignobject"}
    assert HOSTILE[0] in page.said
    assert HOSTILE[1] in page.said
    assert "اشرح لماذا السماء زرقاء." in page.said
    assert "a\ufffdb\ufffdc" in page.said
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("href", "src", "action"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    assert page.tags.count(("article", {"id": f"n-{DEAD.id}", "class": "op-seed"})) == 1
    assert sum(tag == "article" for tag, _ in page.tags) == len(HOSTILE) + 2


def test_the_page_forbids_itself_scripts_and_requests(project: Project) -> None:
    policy = next(
        attributes["content"]
        for tag, attributes in Page(taken(project, "html")).tags
        if tag == "meta" and "content" in attributes
    )
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "url(" not in taken(project, "html")


def test_the_drawing_is_xml_and_every_card_says_what_it_is(project: Project) -> None:
    drawing = ET.fromstring(taken(project, "svg"))  # noqa: S314
    assert not [
        one.tag
        for one in drawing.iter()
        if one.tag.removeprefix(SVG) in ("script", "image", "foreignObject", "a", "use")
    ]
    cards = [one for one in drawing.iter(f"{SVG}g") if one.find(f"{SVG}title") is not None]
    assert len(cards) == len(HOSTILE) + 2
    titles = [one.findtext(f"{SVG}title") or "" for one in cards]
    assert any("Eliminated" in title for title in titles)
    assert any(HOSTILE[0] in title for title in titles)
    assert not [title for title in titles if "\u202e" in title]


def test_what_runs_leftwards_begins_at_the_right(project: Project) -> None:
    drawing = ET.fromstring(taken(project, "svg"))  # noqa: S314
    turned = [one for one in drawing.iter(f"{SVG}text") if one.get("direction") == "rtl"]
    assert len(turned) == 1
    assert (turned[0].text or "").startswith("اشرح")


def test_no_two_cards_stand_in_one_place(project: Project) -> None:
    drawing = ET.fromstring(taken(project, "svg"))  # noqa: S314
    places = [one.get("transform") for one in drawing.iter(f"{SVG}g") if one.find(f"{SVG}title") is not None]
    assert len(set(places)) == len(places)


def test_only_known_files_of_known_trees(project: Project) -> None:
    with pytest.raises(NotFound):
        tree_files.take(ME, project, RUN, DEAD.id, "exe")
    with pytest.raises(NotFound):
        tree_files.take(ME, project, RUN, id_of("no seed"), "html")
    with pytest.raises(NotFound):
        tree_files.take(ME, project, id_of("no run"), DEAD.id, "svg")


def test_a_file_has_a_name_that_every_system_takes(project: Project) -> None:
    file = tree_files.take(ME, project, RUN, DEAD.id, "html")
    assert Path(file.name).name == file.name
    assert file.name.isascii()
    assert file.name.endswith(".html")
