"""Follows what kind of object flows from stage to stage, so that a wrong property is refused before anything runs."""

from rapidfuzz import process

from bot.powercli.errors import QueryError
from bot.powercli.pattern import Pattern, has_wildcard, regex, wildcard
from bot.powercli.schemas import SCHEMAS
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
    Query,
    Select,
    Several,
    Sort,
    Source,
    Stage,
    Where,
)  # fmt: skip
from bot.powercli.values import Property, Schema


def _entry(name: str) -> Property:
    return Property(name, lambda raw, _env: raw.get(name))


TEXT = Schema("text", {"length": Property("Length", lambda raw, _env: len(str(raw)))}, ())
"""What -ExpandProperty leaves of texts and numbers."""
LAID_OUT = Schema("a laid-out text", {}, ())
MEASURE = Schema.of(
    "Measure-Object",
    tuple(_entry(name) for name in ("Count", "Average", "Sum", "Maximum", "Minimum", "Property")),
    "Count Average Sum Maximum Minimum Property",
    as_list=True,
    label="count",
)
_PIPES = {
    Source.VM: {Source.CLUSTER, Source.HOST, Source.FOLDER, Source.POOL, Source.DATASTORE},
    Source.HOST: {Source.CLUSTER, Source.FOLDER, Source.VM, Source.DATASTORE},
    Source.CLUSTER: {Source.FOLDER, Source.VM, Source.HOST},
    Source.DATASTORE: {Source.CLUSTER, Source.FOLDER, Source.VM, Source.HOST},
    Source.TEMPLATE: {Source.FOLDER, Source.DATASTORE},
    Source.FOLDER: {Source.FOLDER},
    Source.POOL: {Source.CLUSTER, Source.HOST, Source.VM, Source.POOL},
    Source.SNAPSHOT: {Source.VM, Source.TEMPLATE},
    Source.EVENT: {Source.VM, Source.TEMPLATE},
    Source.TASK: set(),
}
"""Which objects PowerCLI lets into a Get cmdlet."""


def group_schema(inner: Schema, *, no_element: bool) -> Schema:
    """What Group-Object makes of objects of a kind."""
    properties = (
        Property("Count", lambda raw, _env: len(raw[1])),
        Property("Name", lambda raw, _env: raw[0]),
        Property("Group", lambda raw, _env: raw[1], inner.name),
    )
    return Schema.of("Group-Object", properties, "Count Name" if no_element else "Count Name Group")


def check(query: Query) -> None:
    """Check every property, pattern and pipe of the query.

    Raises:
        QueryError: one of them does not fit.
    """
    schema: Schema | None = None
    for stage in query.stages:
        schema = after(stage, schema)


def after(stage: Stage, before: Schema | None) -> Schema:
    """What flows out of a stage into which `before` flows; None for the first.

    Raises:
        QueryError: a property or pipe does not fit.
    """
    if isinstance(stage, Get):
        return _after_get(stage, before)
    if before is None:
        raise QueryError("A query starts with a Get cmdlet", way_out="Start with Get-VM.")
    if before is LAID_OUT and not isinstance(stage, OutString):
        raise QueryError(
            "Only Out-String can follow Format-List, Format-Table and Out-String",
            way_out="Move Format-List or Format-Table to the end.",
        )
    if isinstance(stage, Format | OutString):
        expand(stage.properties if isinstance(stage, Format) else (), before)
        return LAID_OUT
    return _after_change(stage, before)


def expand(names: tuple[Name, ...], schema: Schema) -> tuple[str, ...]:
    """Property names with wildcards resolved, in the schema's spelling.

    Raises:
        QueryError: the schema has no such property.
    """
    found: dict[str, None] = {}
    for name in names:
        if not has_wildcard(name.text):
            found[known(name, schema).name] = None
            continue
        pattern = wildcard(name.text, position=name.position)
        hits = [one.name for one in schema.properties.values() if pattern.search(one.name)]
        if not hits:
            raise _unknown(name, schema)
        found.update(dict.fromkeys(hits))
    return tuple(found)


def _after_change(stage: Where | Select | Sort | Group | Measure, before: Schema) -> Schema:
    if isinstance(stage, Sort | Group | Measure):
        for name in stage.properties:
            known(name, before)
    match stage:
        case Where(condition=condition):
            _check_condition(condition, before)
            return before
        case Select():
            return _after_select(stage, before)
        case Sort():
            return before
        case Group(no_element=no_element):
            return group_schema(before, no_element=no_element)
        case Measure():
            return MEASURE


def known(name: Name, schema: Schema) -> Property:
    """The property meant.

    Raises:
        QueryError: the schema has none of that name; with the nearest.
    """
    found = schema.properties.get(name.text.casefold())
    if found is None:
        raise _unknown(name, schema)
    return found


def compiled(operator: str, pattern: str, *, exact_case: bool, position: int | None = None) -> Pattern:
    """The pattern of -like or -match."""
    make = wildcard if operator.endswith("like") else regex
    return make(pattern, ignore_case=not exact_case, position=position)


def _unknown(name: Name, schema: Schema) -> QueryError:
    names = [one.name for one in schema.properties.values()]
    low = {one.casefold(): one for one in names}
    near = [low[one] for one, _, _ in process.extract(name.text.casefold(), list(low), limit=3, score_cutoff=55)]
    if near:
        way_out = f"Did you mean {', '.join(near)}?"
    else:
        way_out = f"There are {', '.join(names)}." if names else "Leave it out."
    return QueryError(f"{schema.name} has no property {name.text!r} here", way_out=way_out, position=name.position)


def _after_get(stage: Get, before: Schema | None) -> Schema:
    for texts in stage.texts.values():
        for text in texts:
            wildcard(text, position=stage.position)
    if before is not None and before.name not in {one.value for one in _PIPES[stage.source]}:
        takes = ", ".join(sorted(one.value for one in _PIPES[stage.source])) or "nothing"
        raise QueryError(
            f"{stage.source.value} can't take what comes out of {before.name}",
            way_out=f"It takes {takes}.",
            position=stage.position,
        )
    return SCHEMAS[stage.source.value]


def _after_select(stage: Select, before: Schema) -> Schema:
    if stage.expand is not None:
        return schema_of(known(stage.expand, before), before)
    if not stage.properties:
        return before
    chosen = expand(stage.properties, before)
    excluded = expand(stage.excluded, before)
    kept = [before.properties[name.casefold()] for name in chosen if name not in excluded]
    return Schema.of(
        before.name,
        tuple(kept),
        " ".join(one.name for one in kept),
        as_list=len(kept) > _TABLE_COLUMNS,
        label=kept[0].name.casefold() if kept else "",
    )


_TABLE_COLUMNS = 4
"""PowerShell shows an object with more properties as a list."""


def schema_of(found: Property, owner: Schema) -> Schema:
    """What comes out when a property is expanded."""
    if owner.name == "Group-Object" and found.name == "Group":
        return SCHEMAS.get(str(found.schema), TEXT)
    return SCHEMAS.get(found.schema, TEXT) if found.schema else TEXT


def _check_condition(condition: Expression, schema: Schema) -> None:
    match condition:
        case Path(names=names):
            _check_path(names, schema)
        case Not(operand=operand):
            _check_condition(operand, schema)
        case Logic(left=left, right=right):
            _check_condition(left, schema)
            _check_condition(right, schema)
        case Compare(operator=operator, left=left, right=right):
            _check_condition(left, schema)
            _check_condition(right, schema)
            if operator.endswith(("like", "match")):
                _check_pattern(operator, right, exact_case=condition.exact_case)
        case Literal() | Several():
            pass


def _check_path(names: tuple[Name, ...], schema: Schema) -> None:
    for name in names:
        found = known(name, schema)
        schema = schema_of(found, schema)


def _check_pattern(operator: str, right: Expression, *, exact_case: bool) -> None:
    if not isinstance(right, Literal):
        raise QueryError(f"-{operator} takes a text on its right", way_out="For example: -like 'web*'.")
    compiled(operator, "" if right.value is None else str(right.value), exact_case=exact_case)
