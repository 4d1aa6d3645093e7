"""What a person does in the studio, in verbs. Every page is known by its title before anything is done on it."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

HOME = "Grow a hard instruction dataset from easy seeds"
_LOCAL = ("127.0.0.1", "localhost")
_SLOW_MS = 30_000  # a first page on a busy machine
_DRAWN_ANEW_MS = 300


class Window:
    """One browser window on the app, with a cookie jar of its own."""

    def __init__(self, browser: Browser, address: str, *, theme: str = "light", width: int = 1280) -> None:
        self._context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if theme == "dark" else "light",
        )
        self._context.set_default_timeout(20_000)
        self.address = address
        self.wrong: list[str] = []
        self.page = self._new_page()

    def _new_page(self) -> Page:
        page = self._context.new_page()
        page.on("request", self._note_request)
        page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        page.on("dialog", self._note_dialog)
        page.on("console", self._note_refusal)
        return page

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in _LOCAL:
            self.wrong.append(f"request to {request.url}")

    def _note_refusal(self, message: ConsoleMessage) -> None:
        """What our own policy keeps a page from doing: nothing of ours may need it, and nothing planted may try."""
        if "Content Security Policy" in message.text:
            self.wrong.append(message.text)

    def _note_dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def close(self) -> None:
        self._context.close()
        assert not self.wrong, self.wrong

    def __enter__(self) -> "Window":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._context.close()

    def second_tab(self) -> "Window":
        """The same person, another tab. It shares this window's record of what went wrong."""
        other = object.__new__(Window)
        other._context, other.address, other.wrong = self._context, self.address, self.wrong
        other.page = other._new_page()
        return other

    def close_tab(self) -> None:
        self.page.close()

    # Going somewhere

    def open(self, path: str, title: str, **query: str) -> None:
        """A page by its address; the title must be the expected one."""
        self.page.goto(f"{self.address}/{path}?{urlencode(query)}" if query else f"{self.address}/{path}")
        self.expect_title(title)

    def open_home(self) -> None:
        self.open("", HOME)

    def open_seeds(self, project: str = "") -> None:
        self.open("seeds", "Seeds", **_project(project))

    def open_new_run(self, project: str = "", endpoint: str = "fake") -> None:
        self.open("runs", "New run", new="1", endpoint=endpoint, **_project(project))

    def open_run(self, run: str, project: str = "", title: str = "Run") -> None:
        self.open("runs", title, run=run, **_project(project))

    def open_trees(self, project: str = "", **query: str) -> "Trees":
        self.open("trees", "Trees", **_project(project), **query)
        return Trees(self)

    def go_by_menu(self, name: str, title: str) -> None:
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
        self.expect_title(title)

    def expect_title(self, title: str) -> None:
        """`title` begins the page's one heading, and all below it has come (what is pressed before then may move away)."""
        heading = self.page.get_by_role("heading", level=1, name=re.compile(f"^{re.escape(title)}"))
        expect(heading).to_be_visible(timeout=_SLOW_MS)
        self.settle()

    def asked(self) -> dict[str, str]:
        """The address's query."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    # Doing something

    def press(self, name: str, *, inside: Locator | None = None) -> None:
        """A button, by how its words begin."""
        (inside or self.page).get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first.click()

    def switch_to(self, name: str) -> None:
        """One of several that stand beside each other."""
        self.page.get_by_test_id("stMain").get_by_text(name, exact=True).first.click()
        self.settle()

    def write(self, label: str, text: str, *, inside: Locator | None = None) -> None:
        """Into a field, and leave it."""
        field = (inside or self.page).get_by_label(label, exact=True).first
        field.fill(text)
        field.press("Tab")
        self.settle()

    def settle(self) -> None:
        """Until the page has finished what was asked of it (Streamlit marks the app while a script runs)."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def connect_endpoint(self, url: str, *, key_env: str = "") -> None:
        """On Home: address, its models, keep it. Ends on the page of a new run."""
        self.press("Connect")
        self.write("Address", url, inside=self.dialog())
        if key_env:
            self.write("Environment variable that holds the key", key_env, inside=self.dialog())
        self.press("List its models", inside=self.dialog())
        self.press("Keep it and set up a run", inside=self.dialog())
        self.expect_title("New run")

    def add_starter_seeds(self) -> None:
        self.press("Add the starter seeds")
        self.expect_said("seeds taken")

    def choose_file(self, path: Path) -> None:
        """It is sent; what it seems to be, or why it is useless, comes on the page."""
        self.page.locator("input[type=file]").set_input_files(path)

    def import_file(self, path: Path) -> None:
        self.choose_file(path)
        self.press("Import this file")

    def choose(self, label: str, option: str) -> None:
        """From a list, by the words of the choice. A page that is drawn anew shuts the list: then it is opened again."""
        self.settle()
        wanted = self.page.get_by_role("option", name=option, exact=True)
        for _ in range(4):
            self.page.get_by_role("combobox", name=re.compile(re.escape(label))).click()
            try:
                wanted.click(timeout=4_000)
                break
            except PlaywrightTimeout:
                self.page.keyboard.press("Escape")
        else:
            wanted.click()
        self.settle()

    def start_run(self, *, seeds: int | None = None) -> str:
        """Start what the form says; the new run's id."""
        if seeds is not None:
            self.write("Seeds", str(seeds))
        self.press("Start the run")
        self.expect_title("Run")
        expect(self.page.get_by_role("button", name=re.compile("^See its trees"))).to_be_visible()
        self.page.wait_for_url(re.compile("run="))
        return self.asked()["run"]

    def open_options(self, part: str = "Options of") -> None:
        """Unfold one part of a form, by how its title begins. A dialog that is drawn anew folds it: then it is unfolded again."""
        self.settle()
        words = self.page.get_by_text(re.compile(f"^{re.escape(part)}"))
        title = self.page.get_by_test_id("stExpander").locator("summary").filter(has=words).first
        unfolded = title.locator("xpath=../self::details[@open]")
        for _ in range(4):
            title.click()
            expect(unfolded).to_have_count(1)
            self.page.wait_for_timeout(_DRAWN_ANEW_MS)
            self.settle()
            if unfolded.count():
                break
        expect(unfolded).to_have_count(1)

    def open_overview(self, run: str, project: str = "", **query: str) -> None:
        self.open("runs", "Run", run=run, view="overview", **_project(project), **query)
        expect(self.page.locator(".overview .stats")).to_be_visible(timeout=_SLOW_MS)

    def press_point(self, title: str, number: int = 0) -> None:
        """A dot or square of the figure under this title."""
        card = self.page.locator("[class*=st-key-overview_][class*=_card]").filter(has_text=title)
        point = card.locator(".scatterlayer .point").nth(number)
        point.scroll_into_view_if_needed()
        box = point.bounding_box()
        assert box is not None, "the point is not drawn"
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    # Seeing something

    def expect_said(self, *words: str, timeout_s: float = 20.0) -> None:
        """These words stand on the page, somewhere in its main part."""
        for text in words:
            said = self.page.get_by_test_id("stMain").get_by_text(text).filter(visible=True)  # labels may be hidden
            expect(said.first).to_be_visible(timeout=1000 * timeout_s)

    def expect_run_is(self, word: str, timeout_s: float = 60.0) -> None:
        """The run's page says that it is "paused", "finished" …"""
        where = self.page.locator(".run .stats")
        expect(where).to_contain_text(re.compile(word, re.IGNORECASE), timeout=1000 * timeout_s)

    def decided(self) -> int:
        """How many children the run's page says are decided."""
        words = self.page.locator(".run .card").first.locator(".lab").first.inner_text()
        return int(words.split(" of ")[0].replace(",", ""))

    def expect_decided(self, at_least: int) -> None:
        pattern = re.compile(r"^\s*([\d,]+) of")
        label = self.page.locator(".run .card").first.locator(".lab").first
        expect(label).to_have_text(pattern)
        self.page.wait_for_function(
            "([label, least]) => Number(label.textContent.split(' of ')[0].replaceAll(',', '')) >= least",
            arg=[label.element_handle(), at_least],
            timeout=60_000,
        )


class Trees:
    """What a person does on the page Trees."""

    def __init__(self, window: Window) -> None:
        self.window, self.page = window, window.page
        expect(self.page.locator(".dh")).to_be_visible(timeout=_SLOW_MS)

    def nodes(self) -> list[str]:
        """The ids of the drawn nodes."""
        return [str(one) for one in self.page.locator(".nd").evaluate_all("all => all.map(one => one.dataset.id)")]

    def that_are(self, status: str) -> list[str]:
        """The drawn nodes with this mark. Breadth is left out: it rewrites, so it has no difference to show."""
        cards = self.page.locator(f".nd:not(.op-mutate):has(.mk-{status})")
        return [str(one) for one in cards.evaluate_all("all => all.map(one => one.dataset.id)")]

    def faint(self) -> list[str]:
        """The nodes that the filter puts into the background."""
        return [
            str(one) for one in self.page.locator(".nd.faint").evaluate_all("all => all.map(one => one.dataset.id)")
        ]

    def selected(self) -> str:
        return self.page.locator(".nd.sel").get_attribute("data-id") or ""

    def pick_node(self, node: str) -> None:
        self.page.locator(f"[data-id='{node}']").click()
        self.expect_node(node)

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def expect_node(self, node: str) -> None:
        """Selected, in the detail, and in the address."""
        expect(self.page.locator(".nd.sel")).to_have_attribute("data-id", node)
        expect(self.page.locator(".dh [title]").first).to_have_attribute("title", node)
        expect(self.page).to_have_url(re.compile(f"[?&]node={node}(&|$)"))

    def seeds(self) -> list[str]:
        return [str(one) for one in self.page.locator(".sd").evaluate_all("all => all.map(one => one.dataset.seed)")]

    def pick_seed(self, seed: str) -> None:
        self.page.locator(f"[data-seed='{seed}']").click()
        expect(self.page.locator(".sd.on")).to_have_attribute("data-seed", seed)
        self.expect_drawn(seed)  # until then the nodes on the page are those of the seed before

    def expect_drawn(self, seed: str) -> None:
        """The tree of this seed: its root is the seed itself."""
        expect(self.page.locator(f".nd[data-id='{seed}']")).to_be_visible()

    def open_all_of_the_detail(self) -> None:
        for part in ("calls", "path"):
            turn = self.page.locator(f"[data-turn={part}]")
            if turn.get_attribute("aria-expanded") == "false":
                turn.click()
        expect(self.page.locator(".path")).to_be_visible()


def _project(slug: str) -> dict[str, str]:
    return {"project": slug} if slug else {}
