"""Every small mistake that can be made in a file, one at a time."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}  # fmt: skip
COMPARISONS: dict[type[ast.AST], Sequence[type[ast.AST]]] = {
    ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is], ast.In: [ast.NotIn], ast.NotIn: [ast.In],
}  # fmt: skip
FUNCTIONS = {
    "min": "max", "max": "min", "any": "all", "all": "any", "reversed": "list",
    "bisect_left": "bisect_right", "bisect_right": "bisect_left",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a node stands in its tree, and in which function: the innermost whose body holds it."""

    parent: ast.AST
    field: str
    index: int | None
    node: Any
    function: ast.AST | None


@dataclass(frozen=True)
class Mistake:
    """One change of one file. `code` is that of the whole file with it."""

    path: str
    line: int
    text: str
    what: str
    in_function: bool
    place: Place
    instead: ast.AST | None
    tree: ast.Module

    def code(self) -> CodeType:
        """Compiled; the tree is as it was afterwards."""
        parent, name, index = self.place.parent, self.place.field, self.place.index
        where: Any = vars(parent) if index is None else getattr(parent, name)
        key: Any = name if index is None else index
        kept = where[key]
        if self.instead is None:
            del where[key]
        else:
            where[key] = ast.fix_missing_locations(ast.copy_location(self.instead, self.place.node))
        try:
            return compile(self.tree, self.path, "exec")
        finally:
            if self.instead is None:
                where.insert(key, kept)
            else:
                where[key] = kept


def mistakes(path: str, parts: frozenset[str] = frozenset()) -> Iterator[Mistake]:
    """In the order of the file; of `parts`, where some are named, alone."""
    source = Path(path).read_text()
    tree, lines = ast.parse(source), source.splitlines()
    for number, part in enumerate(tree.body):
        if parts and not _names(part) & parts:
            continue
        for place in _places(Place(tree, "body", number, part, None)):
            for what, where, instead in _changes(place):
                line = getattr(place.node, "lineno", getattr(place.parent, "lineno", 0))
                yield Mistake(
                    path=path,
                    line=line,
                    text=lines[line - 1].strip(),
                    what=what,
                    in_function=place.function is not None,
                    place=where,
                    instead=instead,
                    tree=tree,
                )


def _names(part: ast.stmt) -> set[str]:
    """What a statement of a module gives a name to."""
    targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
    found = {each.id for each in targets if isinstance(each, ast.Name)}
    return found | {getattr(part, "name", "")} - {""}


def _places(place: Place) -> Iterator[Place]:
    """The place and all inside it. Left out are annotations, decorators, docstrings, the texts of
    the log, and what only mypy needs."""
    if _is_left_out(place):
        return
    yield place
    for name, value in ast.iter_fields(place.node):
        function = place.function
        if isinstance(place.node, ast.FunctionDef | ast.AsyncFunctionDef) and name == "body":
            function = place.node
        if isinstance(value, ast.AST):
            yield from _places(Place(place.node, name, None, value, function))
        elif isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield from _places(Place(place.node, name, index, each, function))


def _is_left_out(place: Place) -> bool:
    node = place.node
    if place.field in ("annotation", "returns", "decorator_list"):
        return True
    if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.AnnAssign) and "TypeAlias" in ast.dump(node.annotation):
        return True
    if isinstance(node, ast.Assign) and _names(node) & {"log", "__all__"}:
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _is_log(node.value)
    return False


def _is_log(call: ast.expr) -> bool:
    called = call.func if isinstance(call, ast.Call) else None
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id == "log"
    )


Change = tuple[str, Place, ast.AST | None]


def _changes(place: Place) -> Iterator[Change]:
    """What it was and is, where, and what stands there instead; None: nothing does."""
    for of_kind in _KINDS.get(type(place.node), ()):
        yield from of_kind(place)


def _compared(place: Place) -> Iterator[Change]:
    node = place.node
    for number, was in enumerate(node.ops):
        for other in COMPARISONS[type(was)]:
            where = Place(node, "ops", number, node, place.function)
            yield f"{type(was).__name__} → {other.__name__}", where, other()


def _combined(place: Place) -> Iterator[Change]:
    node = place.node
    other = OPERATORS.get(type(node.op))
    if other is not None:
        where = Place(node, "op", None, node, place.function)
        yield f"{type(node.op).__name__} → {other.__name__}", where, other()


def _turned(place: Place) -> Iterator[Change]:
    """A comparison or a `not` is turned round by its own mistakes."""
    test = place.node.test
    is_simple = isinstance(test, ast.Compare) and len(test.ops) == 1
    if not is_simple and not _is_not(test):
        where = Place(place.node, "test", None, test, place.function)
        yield "the condition is turned round", where, ast.UnaryOp(ast.Not(), test)


def _is_not(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _without_not(place: Place) -> Iterator[Change]:
    if _is_not(place.node):
        yield "without its not", place, place.node.operand


def _filtered(place: Place) -> Iterator[Change]:
    for number, test in enumerate(place.node.ifs):
        if not isinstance(test, ast.Compare) and not _is_not(test):
            where = Place(place.node, "ifs", number, test, place.function)
            yield "the condition is turned round", where, ast.UnaryOp(ast.Not(), test)


def _constant(place: Place) -> Iterator[Change]:
    was: Any = place.node.value
    if place.field == "patterns" or isinstance(place.parent, ast.match_case | ast.MatchValue):
        return
    if isinstance(was, bool):
        yield f"{was} → {not was}", place, ast.Constant(not was)
    elif isinstance(was, int | float):
        yield f"{was} → {was + 1}", place, ast.Constant(was + 1)
    elif isinstance(was, str):
        yield f"{was[:20]!a} → {was[1:20]!a}", place, ast.Constant(was[1:] if was else "?")


def _returned(place: Place) -> Iterator[Change]:
    value = place.node.value
    if value is not None and not (isinstance(value, ast.Constant) and not value.value):
        where = Place(place.node, "value", None, value, place.function)
        yield "returns None", where, ast.Constant(None)


def _left_undone(place: Place) -> Iterator[Change]:
    yield "is not done", place, ast.Pass()


def _jumped(place: Place) -> Iterator[Change]:
    other = ast.Break() if isinstance(place.node, ast.Continue) else ast.Continue()
    yield f"{type(place.node).__name__} → {type(other).__name__}", place, other


def _called(place: Place) -> Iterator[Change]:
    node = place.node
    if isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        other = FUNCTIONS[node.func.id]
        where = Place(node, "func", None, node.func, place.function)
        yield f"{node.func.id} → {other}", where, ast.Name(other, ast.Load())
    for number, given in enumerate(node.keywords):
        if given.arg is not None:
            where = Place(node, "keywords", number, given, place.function)
            yield f"{given.arg} is not given", where, None


def _listed(place: Place) -> Iterator[Change]:
    for number, each in enumerate(place.node.elts):
        where = Place(place.node, "elts", number, each, place.function)
        yield f"without {ast.unparse(each)[:40]}", where, None


_KINDS: dict[type[ast.AST], Sequence[Any]] = {
    ast.Compare: (_compared,), ast.BoolOp: (_combined,), ast.BinOp: (_combined,),
    ast.AugAssign: (_combined,), ast.If: (_turned,), ast.IfExp: (_turned,), ast.While: (_turned,),
    ast.UnaryOp: (_without_not,), ast.comprehension: (_filtered,), ast.Constant: (_constant,),
    ast.Return: (_returned,), ast.Expr: (_left_undone,), ast.Raise: (_left_undone,),
    ast.Break: (_jumped,), ast.Continue: (_jumped,), ast.Call: (_called,), ast.Set: (_listed,),
}  # fmt: skip
