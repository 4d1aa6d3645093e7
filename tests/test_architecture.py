"""Who may import whom, and what no module may do (docs/architecture.md). Reads the code; runs none of it."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path
    for top in ("app.py", "core", "pages")
    for path in [*ROOT.glob(top), *ROOT.glob(f"{top}/**/*.py")]
    if path.suffix
)

RULES = ("evolution", "review", "studies", "analysis", "exchange", "figures")
ADAPTERS = ("models", "store", "argilla", "hub", "cluster")
FOR_ALL = {"core.domain", "core.errors", "core.ports", "core.lifeline"}
FOR_PAGES = {"pages.ui", "core.services", "core.figures", "core.domain", "core.errors"}
HOMES = {
    "openai": "core/models/",
    "xllamacpp": "core/models/",
    "duckdb": "core/store/",
    "argilla": "core/argilla/",
    "datasets": "core/hub/",
    "huggingface_hub": "core/hub/",
    "onnxruntime": "core/models/",
    "tokenizers": "core/models/",
    "openTSNE": "core/analysis/",
    "ray": "core/cluster/",
    "plotly": "core/figures/",
    "argon2": "core/services/signing/",
    "limits": "core/services/signing/",
    "streamlit": ("app.py", "pages/"),
}
FORBIDDEN_WORDS = ("unsafe_allow_html", "TO" + "DO", "FIX" + "ME")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Every imported module by its full name, those inside functions too; `from a import b` counts as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def may_import(path: Path) -> set[str] | None:
    """Which of our own packages this module may name; None: all of core."""
    first, second, *_ = [*Path(name_of(path)).parts, ""]
    if first in ("app.py", "pages"):
        return FOR_PAGES | ({"core.settings"} if second == "ui" else set())  # where the studio is put together
    if second in ("domain", "errors.py", "__init__.py"):
        return {"core.domain", "core.errors"}
    if second in RULES or second in ADAPTERS:
        return FOR_ALL | {f"core.{second}"} | ({"core.analysis"} if second == "studies" else set())
    if second == "ports.py":
        return {"core.domain", "core.errors"}
    if second == "lifeline.py":
        return set()
    return {"core.errors"} if second == "settings.py" else None


def is_within(name: str, packages: set[str]) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 10


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    allowed = may_import(path)
    ours = [name for name in imports(path) if name.split(".")[0] in ("core", "pages", "app")]
    wrong = [
        name for name in ours if is_within(name, {"pages", "app"}) and not name_of(path).startswith(("app", "pages"))
    ]
    wrong += [name for name in ours if allowed is not None and not is_within(name, allowed)]
    assert not wrong, f"{name_of(path)} may not import {wrong}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_vendor_library_is_imported_in_one_place(path: Path) -> None:
    vendors = {name.split(".")[0] for name in imports(path)} & set(HOMES)
    assert not [vendor for vendor in vendors if not name_of(path).startswith(HOMES[vendor])]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if name_of(path).startswith(("core/domain/", "core/errors"))], ids=name_of
)
def test_the_nouns_need_only_the_standard_library(path: Path) -> None:
    foreign = {name.split(".")[0] for name in imports(path)} - {"core"} - sys.stdlib_module_names
    assert not foreign


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_except_swallows_everything(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            raises_again = caught == "BaseException" and ast.unparse(node.body[-1]) == "raise"
            broad = caught in ("everything", "Exception", "BaseException") and not raises_again
            assert not broad, f"{name_of(path)}:{node.lineno} catches {caught}"


def is_put_together(sql: ast.expr) -> bool:
    """Whether text is built from pieces. A name of a database cannot be a parameter: `{_quoted(name)}` is allowed."""
    if isinstance(sql, ast.JoinedStr):
        pieces = [part.value for part in sql.values if isinstance(part, ast.FormattedValue)]
        return not all(isinstance(piece, ast.Call) and ast.unparse(piece.func) == "_quoted" for piece in pieces)
    is_format = isinstance(sql, ast.Call) and getattr(sql.func, "attr", "") == "format"
    return is_format or (isinstance(sql, ast.BinOp) and isinstance(sql.op, (ast.Add, ast.Mod)))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_sql_is_never_put_together_from_text(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("execute", "executemany", "sql", "query"):
            assert not [sql for sql in node.args[:1] if is_put_together(sql)], f"{name_of(path)}:{node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_leaves_work_or_holes_behind(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [word for word in FORBIDDEN_WORDS if word in text]


def test_every_library_that_is_imported_is_pinned() -> None:
    pinned = {
        name
        for file in ("requirements.txt", "requirements-cluster.txt")
        for name in re.findall(r"^([a-z0-9._-]+)==", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    }
    owners = packages_distributions()
    tops = (
        {name.split(".")[0] for path in MODULES for name in imports(path)}
        - {"app", "core", "pages"}
        - sys.stdlib_module_names
    )
    loose = [top for top in tops if not {owner.lower().replace("_", "-") for owner in owners.get(top, [top])} & pinned]
    assert not loose


RUNS_TEXT = (
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "pd.read_pickle",
    "yaml.load",
    "torch.load",
)
CODE_IN_DATA = {"pickle", "cloudpickle", "dill", "marshal", "shelve", "joblib", "yaml"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_data_is_never_code(path: Path) -> None:
    """Nothing that was stored, sent or typed is run, by whatever name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in RUNS_TEXT, f"{name_of(path)}:{node.lineno}"
            risky = [
                one.arg
                for one in node.keywords
                if one.arg in ("shell", "allow_pickle") and ast.unparse(one.value) != "False"
            ]
            assert not risky, f"{name_of(path)}:{node.lineno}"
    assert not CODE_IN_DATA & {name.split(".")[0] for name in imports(path)}


def test_components_never_take_data_for_html() -> None:
    scripts = sorted((ROOT / "pages" / "ui").glob("**/*.js"))
    words = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function")
    assert not [(name_of(path), word) for path in scripts for word in words if word in path.read_text(encoding="utf-8")]
