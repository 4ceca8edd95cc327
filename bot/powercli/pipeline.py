"""Runs the stages after the Get cmdlets: filter, select, sort, group, measure."""

from collections.abc import Callable, Iterable

from bot.powercli.check import MEASURE, TEXT, after, compiled, expand, group_schema
from bot.powercli.errors import QueryError
from bot.powercli.fetch import fetch
from bot.powercli.syntax import (
    Compare,
    Expression,
    Format,
    Get,
    Group,
    Literal,
    Logic,
    Measure,
    Name,
    Not,
    OutString,
    Path,
    Select,
    Several,
    Sort,
    Stage,
    Where,
)  # fmt: skip
from bot.powercli.values import Env, Record, Schema, Value, order, order_key, plain, show, truth


def run_stage(stage: Stage, records: list[Record], before: Schema | None, env: Env) -> list[Record]:
    """The objects that come out of a stage. Layout stages let them through.

    Raises:
        QueryError: values can't be compared, a name is not there, or the time is up.
    """
    if isinstance(stage, Get):
        return fetch(stage, None if before is None else records, env)
    if before is None:
        raise QueryError("A query starts with a Get cmdlet", way_out="Start with Get-VM.")
    if isinstance(stage, Format | OutString):
        return records
    return _change(stage, records, before, env)


def _change(
    stage: Where | Select | Sort | Group | Measure, records: list[Record], before: Schema, env: Env
) -> list[Record]:
    match stage:
        case Where(condition=condition):
            return [one for one in _ticking(records, env) if truth(_evaluate(condition, one))]
        case Select():
            return _select(stage, records, before, env)
        case Sort():
            return _sort(stage, records, env)
        case Group():
            return _group(stage, records, before, env)
        case Measure():
            return _measure(stage, records, env)


def _ticking(records: list[Record], env: Env) -> Iterable[Record]:
    for one in records:
        env.tick()
        yield one


def _evaluate(expression: Expression, record: Record) -> Value:
    match expression:
        case Literal(value=value):
            return value
        case Several(items=items):
            return tuple(item.value for item in items)
        case Path(names=names):
            return _walk(record, names)
        case Not(operand=operand):
            return not truth(_evaluate(operand, record))
        case Logic():
            return _logic(expression, record)
        case Compare():
            return _compare(expression, record)


def _walk(record: Record, names: tuple[Name, ...]) -> Value:
    value: Value = record.raw if record.schema is TEXT and not names else record
    for name in names:
        if isinstance(value, tuple):
            value = tuple(one.get(name.text) for one in value if isinstance(one, Record))
        elif isinstance(value, Record):
            value = value.get(name.text)
        else:
            # A text where an object was expected: the view does not show the object, only its name.
            value = value if name.text.casefold() == "name" else len(value) if isinstance(value, str) else None
    return value


def _logic(expression: Logic, record: Record) -> bool:
    left = truth(_evaluate(expression.left, record))
    match expression.operator:
        case "and":
            return left and truth(_evaluate(expression.right, record))
        case "or":
            return left or truth(_evaluate(expression.right, record))
        case _:
            return left is not truth(_evaluate(expression.right, record))


def _compare(expression: Compare, record: Record) -> bool:
    left, right = _evaluate(expression.left, record), _evaluate(expression.right, record)
    operator, exact = expression.operator, expression.exact_case
    match operator:
        case "in" | "notin":
            return _holds(right, left, exact=exact) is (operator == "in")
        case "contains" | "notcontains":
            return _holds(left, right, exact=exact) is (operator == "contains")
        case _:
            test = _test(expression, right, record.env)
            # A list on the left: PowerShell gives back what fits, and that is true where anything does.
            return any(test(one) for one in left) if isinstance(left, tuple) else test(left)


def _holds(items: Value, wanted: Value, *, exact: bool) -> bool:
    several = items if isinstance(items, tuple) else (items,)
    return any(order(one, wanted, exact_case=exact) == 0 for one in several)


def _test(expression: Compare, right: Value, env: Env) -> Callable[[Value], bool]:
    operator, exact = expression.operator, expression.exact_case
    if operator.endswith(("like", "match")):
        text = show(right)
        pattern = env.once((operator, exact, text), lambda: compiled(operator, text, exact_case=exact))
        negated = operator.startswith("not")
        return lambda left: pattern.search(show(plain(left))) is not negated
    return lambda left: _ordered(operator, left, right, exact=exact)


def _ordered(operator: str, left: Value, right: Value, *, exact: bool) -> bool:
    found = order(left, right, exact_case=exact)
    if operator in {"eq", "ne"}:
        return (found == 0) is (operator == "eq")
    if found is None:
        raise QueryError(
            f"{show(left)} can't be compared with {show(right)!r}",
            way_out="Compare numbers with numbers, dates with dates.",
        )
    if left is None or right is None:
        return False
    return {"gt": found > 0, "ge": found >= 0, "lt": found < 0, "le": found <= 0}[operator]


def _select(stage: Select, records: list[Record], before: Schema, env: Env) -> list[Record]:
    chosen = _slice(stage, records)
    out = after(stage, before)
    if stage.expand is not None:
        chosen = [made for one in _ticking(chosen, env) for made in _expanded(one.get(stage.expand.text), out, env)]
    elif stage.properties:
        chosen = [Record(out, one.raw, env) for one in chosen]
    return _distinct(chosen, out, env) if stage.unique else chosen


def _slice(stage: Select, records: list[Record]) -> list[Record]:
    if stage.last is not None and stage.first is None:
        kept = records[: len(records) - stage.skip] if stage.skip else records
        return kept[-stage.last :] if stage.last else []
    kept = records[stage.skip :]
    if stage.first is None:
        return kept
    return kept[: stage.first] + (kept[max(stage.first, len(kept) - stage.last) :] if stage.last else [])


def _expanded(value: Value, schema: Schema, env: Env) -> list[Record]:
    if value is None:
        return []
    several = value if isinstance(value, tuple) else (value,)
    if schema is TEXT:
        return [Record(TEXT, plain(one), env) for one in several]
    # A bare name stands for an object that the view doesn't hold; it has nothing to expand.
    return [one for one in several if isinstance(one, Record)]


def _distinct(records: list[Record], schema: Schema, env: Env) -> list[Record]:
    names = schema.default
    seen: dict[object, Record] = {}
    for one in _ticking(records, env):
        key = tuple(show(one.get(name), most=None) for name in names) if names else show(one.raw, most=None)
        seen.setdefault(key, one)
    return list(seen.values())


def _keys(names: tuple[Name, ...]) -> Callable[[Record], tuple[tuple[int, object], ...]]:
    def key(record: Record) -> tuple[tuple[int, object], ...]:
        record.env.tick()
        values = [record.get(name.text) for name in names] or [_itself(record)]
        return tuple(order_key(value) for value in values)

    return key


def _itself(record: Record) -> Value:
    return record.raw if record.schema is TEXT else str(record)


def _sort(stage: Sort, records: list[Record], env: Env) -> list[Record]:
    key = _keys(stage.properties)
    found = sorted(records, key=key, reverse=stage.descending)
    if stage.unique:
        seen: dict[object, Record] = {}
        for one in _ticking(found, env):
            seen.setdefault(key(one), one)
        found = list(seen.values())
    return found if stage.top is None else found[: stage.top]


def _group(stage: Group, records: list[Record], before: Schema, env: Env) -> list[Record]:
    groups: dict[str, tuple[str, list[Record]]] = {}
    for one in _ticking(records, env):
        name = ", ".join(show(one.get(name.text), most=None) for name in stage.properties)
        groups.setdefault(name.casefold(), (name, []))[1].append(one)
    schema = group_schema(before, no_element=stage.no_element)
    return [Record(schema, (name, tuple(members)), env) for name, members in groups.values()]


def _measure(stage: Measure, records: list[Record], env: Env) -> list[Record]:
    if not stage.properties:
        return [Record(MEASURE, {"Count": len(records)}, env)]
    return [Record(MEASURE, _measured(name, stage.wanted, records, env), env) for name in stage.properties]


def _measured(name: Name, wanted: frozenset[str], records: list[Record], env: Env) -> dict[str, Value]:
    values = [one.get(name.text) for one in _ticking(records, env)]
    there = [plain(value) for value in values if value is not None]
    found: dict[str, Value] = {"Count": len(there), "Property": name.text}
    if wanted & {"sum", "average"}:
        numbers = [value for value in there if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) != len(there):
            raise QueryError(
                f"{name.text} holds no numbers",
                way_out="Take -Minimum or -Maximum, or another property.",
                position=name.position,
            )
        found["Sum"] = sum(numbers) if "sum" in wanted else None
        found["Average"] = sum(numbers) / len(numbers) if numbers and "average" in wanted else None
    if there and "minimum" in wanted:
        found["Minimum"] = min(there, key=order_key)
    if there and "maximum" in wanted:
        found["Maximum"] = max(there, key=order_key)
    return found


def columns(stages: tuple[Stage, ...], schema: Schema) -> tuple[str, ...]:
    """The columns of the result: those of the last Format, or the schema's own."""
    for stage in reversed(stages):
        if isinstance(stage, Format) and stage.properties:
            return expand(stage.properties, schema)
        if isinstance(stage, Format):
            break
    return schema.default
