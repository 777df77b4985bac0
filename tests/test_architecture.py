"""The shape of the code: who may import whom, and how long files and functions may be."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_FILE_LINES = 350
MAX_FUNCTION_LINES = 50

_NOT_YET_PARTED = (("edge_agent.signals", "edge_agent.diagnose"),)
"""(importer, imported): what signals take from diagnose is to move below both."""
_LONG_FILES = ("edge_agent/explain.py",)
"""Files that are still too long."""

Imports = Mapping[str, frozenset[str]]
"""Per module, by its dotted name, the modules that it imports."""


@cache
def imports_of(top: str, root: Path = ROOT) -> Imports:
    """Return what each module of a top-level folder imports from it and from its neighbours.

    Imports within functions and under TYPE_CHECKING count: they, too, make one module need another.
    """
    modules = {_name(path, root): path for path in _sources(top, root)}
    return {
        name: frozenset(_imported(ast.parse(path.read_text()), _package(name, path), root))
        for name, path in modules.items()
    }


def packages_of(imports: Imports, top: str) -> dict[str, set[str]]:
    """Return which packages of `top` each of its packages imports.

    A package is a folder. Modules that lie in `top` itself are packages of their own: some stand below all
    others (a nameplate), some above (a command line).
    """
    graph: dict[str, set[str]] = {}
    for name, imported in imports.items():
        own = _folder(name, top, imports)
        needs = {_folder(other, top, imports) for other in imported if other in imports}
        graph.setdefault(own, set()).update(needs - {own, top})
    return graph


def circle_in(graph: Mapping[str, set[str]]) -> list[str]:
    """Return the names along one circle of the graph, the first one again at the end; empty without any."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_the_agent_never_imports_calibration() -> None:
    guilty = {
        name: sorted(other for other in imported if other.split(".")[0] == "calibration")
        for name, imported in imports_of("edge_agent").items()
    }
    assert {name: others for name, others in guilty.items() if others} == {}


@pytest.mark.parametrize(("top", "left_out"), [("calibration", ()), ("edge_agent", _NOT_YET_PARTED)])
def test_no_circle_between_packages(top: str, left_out: tuple[tuple[str, str], ...]) -> None:
    graph = packages_of(imports_of(top), top)
    for importer, imported in left_out:
        graph[importer].discard(imported)
    assert circle_in(graph) == []


@pytest.mark.parametrize("top", ["calibration", "edge_agent"])
def test_no_file_is_too_long(top: str) -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in _sources(top, ROOT)}
    assert {file: n for file, n in lengths.items() if n > MAX_FILE_LINES and file not in _LONG_FILES} == {}


@pytest.mark.parametrize("top", ["calibration", "edge_agent"])
def test_no_function_is_too_long(top: str) -> None:
    lengths = {
        f"{path.relative_to(ROOT)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in _sources(top, ROOT)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


@pytest.mark.parametrize(
    "upper",
    [
        "from top.upper import high",
        "from top.upper.high import value",
        "import top.upper.high",
        "from ..upper import high",
        "from ..upper.high import value",
        "def later():\n    from top.upper.high import value",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from top.upper import high",
    ],
)
def test_a_circle_is_found_however_it_is_imported(tmp_path: Path, upper: str) -> None:
    a_package(tmp_path / "top")
    a_package(tmp_path / "top" / "upper", high="from top.lower.low import value\n")
    a_package(tmp_path / "top" / "lower", low=f"{upper}\nvalue = 1\n")
    circle = circle_in(packages_of(imports_of("top", tmp_path), "top"))
    assert set(circle) == {"top.upper", "top.lower"}


def test_packages_in_layers_and_modules_beside_them_make_no_circle(tmp_path: Path) -> None:
    a_package(tmp_path / "top", above="from top.upper import high\n", below="value = 1\n")
    a_package(
        tmp_path / "top" / "upper",
        high="from top.below import value\nfrom top.upper import other\n",
        other="",
    )
    assert circle_in(packages_of(imports_of("top", tmp_path), "top")) == []


def a_package(folder: Path, **modules: str) -> None:
    """Write a package of modules, given by name with their text."""
    folder.mkdir()
    for name, text in {"__init__": "", **modules}.items():
        (folder / f"{name}.py").write_text(text)


def _sources(top: str, root: Path) -> list[Path]:
    return sorted((root / top).rglob("*.py"))


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _package(name: str, path: Path) -> str:
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


def _folder(module: str, top: str, imports: Imports) -> str:
    is_package = any(other.startswith(f"{module}.") for other in imports)
    folder = module if is_package else module.rpartition(".")[0]
    return module if folder == top else folder


def _imported(tree: ast.Module, package: str, root: Path) -> Iterator[str]:
    """Yield the dotted names of the modules that a file imports, `from package import module` resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield source
            folder = root.joinpath(*source.split("."))
            for alias in node.names:
                if (folder / f"{alias.name}.py").exists() or (folder / alias.name).is_dir():
                    yield f"{source}.{alias.name}"
