"""Who names whom in the source: every public name of a module, and the files and functions that use it."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"

Name = tuple[str, str]  # module, name in it


def module_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def trees() -> dict[str, ast.Module]:
    """The parsed modules of the source, but for migrations."""
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
    return {module_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def _package(module: str, level: int) -> str:
    is_package = (SOURCE / Path(*module.split(".")) / "__init__.py").exists()
    parts = module.split(".") if is_package else module.split(".")[:-1]
    return ".".join(parts[: len(parts) - (level - 1)])


@cache
def imports(module: str) -> dict[str, set[Name]]:
    """What a module calls by which name: another module is (its name, ""), a thing in one (module, name).

    A name may mean one thing in one function and another in the next.
    """
    found: dict[str, set[Name]] = defaultdict(set)
    for node in ast.walk(trees()[module]):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(part for part in (_package(module, node.level), base) if part)
            for one in node.names:
                whole = f"{base}.{one.name}"
                found[one.asname or one.name].add((whole, "") if whole in trees() else (base, one.name))
    return dict(found)


def resolve(module: str, name: str) -> set[Name]:
    """Where a name is made, however many doors it came through."""
    found, asked = set(), {(module, name)}
    while asked:
        here = asked.pop()
        further = imports(here[0]).get(here[1], set()) if here[0] in trees() else set()
        asked |= {one for one in further if one[1] and one != here}
        if not further:
            found.add(here)
    return found


def named_in(module: str, node: ast.AST) -> set[Name]:
    """Every name of the source which a piece of a module uses."""
    known = imports(module)
    found: set[Name] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            found |= resolve(module, part.id)
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            for target, thing in known.get(part.value.id, ()):
                if not thing:
                    found |= resolve(target, part.attr)
    return found


@cache
def used() -> dict[Name, set[str]]:
    """The modules that use each name of the source."""
    found: dict[Name, set[str]] = defaultdict(set)
    for module, tree in trees().items():
        for name in named_in(module, tree):
            found[name].add(module)
    return dict(found)


def functions(under: str) -> dict[Name, ast.FunctionDef]:
    """The functions of the modules below a package, private ones too."""
    return {
        (module, node.name): node
        for module, tree in trees().items()
        if module.startswith(under)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


def leads_to(under: str, ends: set[Name]) -> set[Name]:
    """The functions below a package which call one of `ends`, or a function that does."""
    calls = {name: named_in(name[0], node) for name, node in functions(under).items()}
    found = set(ends)
    while more := {name for name, called in calls.items() if name not in found and called & found}:
        found |= more
    return found - ends
