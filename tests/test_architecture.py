"""The shape of the code: who may import whom, and how long files and functions may be."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_FILE_LINES = 350
MAX_FUNCTION_LINES = 50


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


def _cut_to(graph: Mapping[str, set[str]], levels: int) -> dict[str, set[str]]:
    """Return the graph of the packages down to so many levels of names, inner ones counted to their outer."""
    cut: dict[str, set[str]] = {}
    for name, needs in graph.items():
        own = ".".join(name.split(".")[:levels])
        cut.setdefault(own, set()).update({".".join(n.split(".")[:levels]) for n in needs} - {own})
    return cut


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


def test_no_circle_between_packages_of_calibration() -> None:
    assert circle_in(packages_of(imports_of("calibration"), "calibration")) == []


def test_no_circle_between_packages_of_the_agent() -> None:
    """A package and the packages within it are one; among those within it there is no circle, either."""
    graph = packages_of(imports_of("edge_agent"), "edge_agent")
    assert circle_in(_cut_to(graph, 2)) == []
    for package in {name for name in graph if name.count(".") == 1}:
        inner = {name: needs for name, needs in graph.items() if name.startswith(f"{package}.")}
        within = {name: {other for other in needs if other in inner} for name, needs in inner.items()}
        assert circle_in(within) == [], package


@pytest.mark.parametrize("top", ["calibration", "edge_agent"])
def test_no_file_is_too_long(top: str) -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in _sources(top, ROOT)}
    assert {file: n for file, n in lengths.items() if n > MAX_FILE_LINES} == {}


@pytest.mark.parametrize("top", ["calibration", "edge_agent"])
def test_no_function_is_too_long(top: str) -> None:
    lengths = {
        f"{path.relative_to(ROOT)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in _sources(top, ROOT)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def test_every_package_lists_its_files_and_folders() -> None:
    missing = {
        str(folder.relative_to(ROOT)): sorted(_parts_of(folder) ^ _listed(folder / "__init__.py"))
        for top in ("calibration", "edge_agent")
        for folder in {path.parent for path in _sources(top, ROOT)}
    }
    assert {folder: names for folder, names in missing.items() if names} == {}


def test_every_constant_number_says_where_it_comes_from() -> None:
    silent = [
        f"{path.relative_to(ROOT)}: {name}"
        for top in ("calibration", "edge_agent")
        for path in _sources(top, ROOT)
        for name in _numbers_without_a_word(path.read_text())
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ("LIMIT = 3\n", ["LIMIT"]),
        ("_LIMIT_S: float = 3.0\n", ["_LIMIT_S"]),
        ("LOW, HIGH = 1, 2\n", ["LOW", "HIGH"]),
        ("BANDS = ((1.0, 2.0), (3.0, -4.0))\n", ["BANDS"]),
        ("SHARES = {'a': 0.8}\n", ["SHARES"]),
        ("TWO = 2 * 3\nONE = 1\n", ["TWO", "ONE"]),
        ('LIMIT = 3\n"""Judgement."""\n', []),
        ("LIMIT = 3  # physics\n", []),
        ("NAMES = ('a', 'b')\nsmall = 3\nSPEC = make(3)\n", []),
    ],
)
def test_a_number_without_a_word_is_found(text: str, silent: list[str]) -> None:
    assert _numbers_without_a_word(text) == silent


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


def _parts_of(folder: Path) -> set[str]:
    """Return the names of the modules and packages that lie in a folder."""
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    return modules | {path.parent.name for path in folder.glob("*/__init__.py")}


def _listed(contents: Path) -> set[str]:
    """Return the names in the contents of a package: `name   what it does` in its docstring."""
    text = ast.get_docstring(ast.parse(contents.read_text())) or ""
    return set(re.findall(r"^(\w+) {2,}\S", text, re.MULTILINE))


def _numbers_without_a_word(text: str) -> list[str]:
    """Return the upper-case constants of a module that hold numbers, with neither docstring nor comment."""
    body, lines = ast.parse(text).body, text.splitlines()
    found: list[str] = []
    for node, following in zip(body, [*body[1:], None], strict=False):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not _is_of_numbers(node.value):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [own.id for target in targets for own in ast.walk(target) if isinstance(own, ast.Name)]
        documented = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
        if not documented and "#" not in lines[node.lineno - 1]:
            found += [name for name in names if name.isupper()]
    return found


def _is_of_numbers(value: ast.expr | None) -> bool:
    """True if the value is written as numbers only, alone, in a sum or product, or in a container."""
    match value:
        case ast.Constant():
            return isinstance(value.value, int | float) and not isinstance(value.value, bool)
        case ast.UnaryOp():
            return _is_of_numbers(value.operand)
        case ast.BinOp():
            return _is_of_numbers(value.left) or _is_of_numbers(value.right)
        case ast.Tuple() | ast.List():
            return any(_is_of_numbers(own) for own in value.elts)
        case ast.Dict():
            return any(_is_of_numbers(own) for own in value.values)
    return False


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


def test_each_file_of_tests_has_a_name_of_its_own() -> None:
    """Pytest imports them by their names alone: of two with one name it takes one and stops at the other."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
