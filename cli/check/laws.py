"""The laws of the house, read off the syntax trees; each says why it stands."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from cli.check.cycles import import_cycle
from cli.check.sources import Source, sources

Breaches = Callable[[Source], Iterator[tuple[int, str]]]
"""Line and words of each place where a source breaks a law."""

QUERIES = frozenset({"select", "insert", "update", "delete"})
SQL_PLACES = (
    "services/*/repository.py",
    "services/*/repository/*",
    "services/*/migrations/*",
    "shared/persistence/*",
    "shared/messaging/*",
    "shared/ledger/*",
    "shared/province/*",
    "cli/bench.py",
    "cli/bench/*",
    "tests/*",
)


@dataclass(frozen=True, kw_only=True)
class Law:
    """What may not be done, where it holds, where it is the place for it, and why."""

    reason: str
    breaches: Breaches
    within: tuple[str, ...] = ("*",)
    outside: tuple[str, ...] = ()

    def holds_in(self, path: str) -> bool:
        return _matches(path, self.within) and not _matches(path, self.outside)


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(path, pattern) for pattern in patterns)


def imports_of(*packages: str) -> Breaches:
    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        for line, module in _imported(source.tree):
            if module.split(".")[0] in packages:
                yield line, f"imports {module}"

    return breaches


def calls_of_commit(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit")):
                yield node.lineno, "calls .commit("
            case _:
                pass


def calls_of_sql(*names: str) -> Breaches:
    """Calls of these functions of SQLAlchemy or methods of a table; `dict.update` is not one."""

    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        known = _sql_names(source.tree)
        for node in ast.walk(source.tree):
            match node:
                case ast.Call(func=ast.Name(id=name)) if known.get(name) in names:
                    yield node.lineno, f"calls {known[name]}("
                case ast.Call(func=ast.Attribute(value=value, attr=name)) if (
                    name in names and _first(value) in known
                ):
                    yield node.lineno, f"calls {ast.unparse(node.func)}("
                case _:
                    pass

    return breaches


def _sql_names(tree: ast.Module) -> dict[str, str]:
    """Local name → own name of everything that comes from SQLAlchemy or from a module of tables."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {(it.asname or it.name).split(".")[0]: it.name for it in node.names if _is_sql(it.name)}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            known |= {
                it.asname or it.name: it.name for it in node.names if _is_sql(module) or it.name == "tables"
            }
    return known


def _is_sql(module: str) -> bool:
    return module == "sqlalchemy" or module.startswith("sqlalchemy.") or module.endswith(".tables")


def _first(node: ast.expr) -> str:
    """`a` of `a.b.c`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def mentions_of(*names: str) -> Breaches:
    """Any use of a name: imported, bare or as an attribute."""

    def breaches(source: Source) -> Iterator[tuple[int, str]]:
        for node in ast.walk(source.tree):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in names:
                    yield node.lineno, f"mentions {name}"
                case ast.ImportFrom(names=aliases):
                    yield from ((node.lineno, f"imports {it.name}") for it in aliases if it.name in names)
                case _:
                    pass

    return breaches


def function_middleware(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Attribute(attr="middleware")):
                        yield decorator.lineno, f"@{ast.unparse(decorator)}"
                    case _:
                        pass


def empty_names(source: Source) -> Iterator[tuple[int, str]]:
    for part in source.path.removesuffix(".py").split("/"):
        if part in {"utils", "helpers", "common", "base", "manager"}:
            yield 1, f"is named {part}"


def environment_at_import(source: Source) -> Iterator[tuple[int, str]]:
    for node in _run_at_import(source.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "getenv" as name):
                yield node.lineno, f"reads os.{name} when imported"
            case ast.Name(id="environ" | "getenv" as name):
                yield node.lineno, f"reads {name} when imported"
            case _:
                pass


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below a node but the bodies of functions: their decorators and defaults do run."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            defaults = [it for it in child.args.kw_defaults if it is not None]
            for part in (*child.decorator_list, *child.args.defaults, *defaults):
                yield from ast.walk(part)
        elif not isinstance(child, ast.Lambda):
            yield child
            yield from _run_at_import(child)


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""


LAWS = (
    Law(
        reason="the broker's client is used in one place, so confirms and acknowledgements are decided once",
        breaches=imports_of("aio_pika", "aiormq"),
        # The peers of a bench are measured raw: the client itself is what ours is compared with.
        outside=("shared/messaging/rabbit.py", "simulator/*", "tests/*", "cli/bench/peers/*"),
    ),
    Law(
        reason="outbound HTTP goes through one client, so every call has a timeout, retries and a trace",
        breaches=imports_of("httpx"),
        # The simulator is a program of its own: with our client it would make our mistakes.
        outside=("shared/http/client.py", "simulator/https.py", "tests/*"),
    ),
    Law(
        reason="only the unit of work commits, so state, outbox and ledger are one transaction",
        breaches=calls_of_commit,
        outside=("shared/persistence/unit_of_work.py", "tests/*"),
    ),
    Law(
        reason="queries stand in the repository, where jurisdiction and versions are seen together",
        breaches=calls_of_sql(*QUERIES),
        outside=SQL_PLACES,
    ),
    Law(
        reason="SQL text stands with the queries, or in tables as the condition of an index or a default",
        breaches=calls_of_sql("text"),
        outside=(*SQL_PLACES, "services/*/tables.py", "services/*/tables/*"),
    ),
    Law(
        reason="it hides an import cycle; move the code instead",
        breaches=mentions_of("TYPE_CHECKING"),
    ),
    Law(
        reason="three of them cost six sevenths of the throughput; write pure ASGI",
        breaches=mentions_of("BaseHTTPMiddleware"),
    ),
    Law(
        reason="it is BaseHTTPMiddleware by another name; write pure ASGI",
        breaches=function_middleware,
    ),
    Law(
        reason="rules and contracts know no database, web or broker, so they are tested in one line",
        breaches=imports_of("sqlalchemy", "fastapi", "aio_pika", "httpx"),
        within=("services/*/domain.py", "services/*/domain/*", "shared/contracts/*"),
    ),
    Law(
        reason="such a name says nothing, and everything ends up there; name what it does",
        breaches=empty_names,
    ),
    Law(
        reason="settings are read once, in a composition root, and passed",
        breaches=environment_at_import,
    ),
)


def findings(root: Path) -> list[str]:
    """Every breach below a root as `path:line: what — why`."""
    known = list(sources(root))
    found = [
        f"{source.path}:{line}: {words} — {law.reason}"
        for law in LAWS
        for source in known
        if law.holds_in(source.path)
        for line, words in law.breaches(source)
    ]
    cycle = import_cycle(known)
    if cycle:
        found.append(
            f"import cycle {' → '.join(cycle)} — modules that need each other are one module; move the code"
        )
    return found
