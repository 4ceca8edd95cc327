"""Runs the Get cmdlets: which objects there are, cut down by their parameters and by what the pipe brings."""

from datetime import timedelta
from typing import Any

from bot.powercli.errors import QueryError
from bot.powercli.pattern import Pattern, has_wildcard, wildcard
from bot.powercli.schemas import collection, record
from bot.powercli.syntax import Get, Source
from bot.powercli.values import Env, Record, show
from vsphere.model import Cluster, Datastore, Host, Ref, Vm

_EVENT_SAMPLES = 100
"""PowerCLI's default for -MaxSamples."""
_EVENT_WINDOW = timedelta(days=7)
_PIPED = {
    Source.VM: "vm",
    Source.TEMPLATE: "vm",
    Source.HOST: "vmhost",
    Source.DATASTORE: "datastore",
    Source.CLUSTER: "location",
    Source.FOLDER: "location",
    Source.POOL: "location",
}
_CANDIDATES = {
    "vm": (Source.VM,),
    "vmhost": (Source.HOST,),
    "datastore": (Source.DATASTORE,),
    "location": (Source.CLUSTER, Source.HOST, Source.FOLDER, Source.POOL),
}
_STATES = {Source.HOST: ("state", "state"), Source.FOLDER: ("type", "type"), Source.TASK: ("status", "state")}
"""Which parameter filters which property, whole and without regard to case."""


def fetch(stage: Get, piped: list[Record] | None, env: Env) -> list[Record]:
    """The objects that a Get cmdlet gives.

    Raises:
        QueryError: a plain name is not there, or the time is up.
        VsphereError: vCenter could not be asked for snapshots or events.
    """
    match stage.source:
        case Source.SNAPSHOT:
            return _snapshots(stage, piped, env)
        case Source.EVENT:
            return _events(stage, piped, env)
        case _:
            return _objects(stage, piped, env)


def _objects(stage: Get, piped: list[Record] | None, env: Env) -> list[Record]:
    found = [record(stage.source.value, raw, env) for raw in collection(stage.source, env)]
    found = _related(stage, piped, found, env)
    found = _with_state(stage, found, env)
    found = _with_server(stage, found, env)
    found = _matching(stage, "id", "Id", found, env)
    found = _matching(stage, "name", "Name", found, env)
    # Tasks come in their own order, everything else by name, so that the same query gives the same answer.
    return found if stage.source is Source.TASK else sorted(found, key=lambda one: (str(one).casefold(), str(one)))


def _matching(stage: Get, parameter: str, shown: str, records: list[Record], env: Env) -> list[Record]:
    wanted = stage.texts.get(parameter, ())
    if not wanted:
        return records
    patterns = [_Wanted(text) for text in wanted]
    kept = [one for one in records if _fits(patterns, show(one.get(shown)), env)]
    _complain(stage, patterns)
    return kept


class _Wanted:
    """A name or wildcard that remembers whether anything had it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.seen = False
        self._plain = None if has_wildcard(text) else text.casefold()
        self._pattern: Pattern = wildcard(text)

    def fits(self, name: str) -> bool:
        hit = name.casefold() == self.text.casefold() or (self._plain is None and self._pattern.search(name))
        self.seen = self.seen or hit
        return hit

    @property
    def is_missing(self) -> bool:
        return self._plain is not None and not self.seen


def _fits(patterns: list[_Wanted], name: str, env: Env) -> bool:
    """Whether any fits; every one is tried, so that each knows whether it was seen."""
    env.tick()
    return bool([one for one in patterns if one.fits(name)])


def _complain(stage: Get, patterns: list[_Wanted], *, what: str = "") -> None:
    missing = [one.text for one in patterns if one.is_missing]
    if missing and not stage.quiet:
        kind = what or stage.source.value.removeprefix("Get-")
        raise QueryError(
            f"No {kind} that you may see is called {missing[0]!r} here",
            way_out=f"Use a wildcard, as in {missing[0][:3]}*, or add -ErrorAction SilentlyContinue.",
            position=stage.position,
        )


def _with_state(stage: Get, records: list[Record], env: Env) -> list[Record]:
    parameter, shown = _STATES.get(stage.source, ("", ""))
    wanted = {text.casefold() for text in stage.texts.get(parameter, ())}
    if not wanted:
        return records
    kept = []
    for one in records:
        env.tick()
        if show(one.get(shown)).casefold() in wanted:
            kept.append(one)
    return kept


def _with_server(stage: Get, records: list[Record], env: Env) -> list[Record]:
    servers = stage.texts.get("server", ())
    patterns = [wildcard(text) for text in servers]
    if not patterns:
        return records
    known = env.view.vcenters()
    for text, pattern in zip(servers, patterns, strict=True):
        if not any(pattern.search(name) for name in known):
            raise QueryError(f"No vCenter is called {text!r}", way_out=f"There is {', '.join(known)}.")
    return [one for one in records if any(pattern.search(one.raw.ref.vcenter) for pattern in patterns)]


def _related(stage: Get, piped: list[Record] | None, records: list[Record], env: Env) -> list[Record]:
    targets = [(name, _named(stage, name, env)) for name in _CANDIDATES if name in stage.texts]
    if piped is not None and piped:
        targets.append(("pipe", piped))
    elif piped is not None:
        return []
    for _name, objects in targets:
        below = {one.raw.ref for one in objects}
        above = _above(stage.source, objects, env)
        records = [one for one in records if _stands_in(one, below, above, env)]
    return records


def _stands_in(one: Record, below: set[Ref], above: set[Ref], env: Env) -> bool:
    env.tick()
    ref = one.raw.ref
    return ref in above or not below.isdisjoint(touched(one.raw, env) - {ref})


def _above(source: Source, objects: list[Record], env: Env) -> set[Ref]:
    """What a VM, host or cluster stands on, where that is what is asked for: `Get-VM x | Get-VMHost`."""
    found: set[Ref] = set()
    for one in objects:
        env.tick()
        raw = one.raw
        if isinstance(raw, Vm | Host):
            found |= touched(raw, env)
        elif isinstance(raw, Cluster) and source is Source.DATASTORE:
            for host in env.view.hosts():
                found |= set(host.datastores) if host.cluster == raw.ref else set()
    return found


def _named(stage: Get, parameter: str, env: Env) -> list[Record]:
    patterns = [_Wanted(text) for text in stage.texts[parameter]]
    found = []
    for source in _CANDIDATES[parameter]:
        fitting = [raw for raw in collection(source, env) if _fits(patterns, raw.name, env)]
        found += [record(source.value, raw, env) for raw in fitting]
    _complain(stage, patterns, what="object")
    return found


def touched(raw: Any, env: Env) -> frozenset[Ref]:  # noqa: ANN401  any value of the model with a ref
    """An object and everything that it lies in or stands on."""
    refs = {raw.ref}
    if isinstance(raw, Vm):
        for ref in (raw.folder, raw.pool, raw.host):
            refs |= _line(ref, env)
        refs.update(raw.datastores)
    elif isinstance(raw, Host):
        refs |= _line(raw.ref, env) | _line(raw.cluster, env)
        refs.update(raw.datastores)
    elif isinstance(raw, Datastore):
        refs |= _line(raw.ref, env) | ({raw.storage_pod} if raw.storage_pod else set())
    else:
        refs |= _line(raw.ref, env)
    return frozenset(refs)


def _line(ref: Ref | None, env: Env) -> frozenset[Ref]:
    if ref is None:
        return frozenset()
    made: frozenset[Ref] = env.once(("line", ref), lambda: frozenset((ref, *env.view.ancestors(ref))))
    return made


def _machines(stage: Get, parameter: str, piped: list[Record] | None, env: Env) -> list[Vm]:
    if piped is not None:
        return [one.raw for one in piped]
    if parameter in stage.texts:
        patterns = [_Wanted(text) for text in stage.texts[parameter]]
        every = [*env.view.vms(), *env.view.templates()]
        found = [vm for vm in every if _fits(patterns, vm.name, env)]
        _complain(stage, patterns, what="VM")
    else:
        found = list(env.view.vms())
    return sorted(found, key=lambda vm: vm.name.casefold())


def _snapshots(stage: Get, piped: list[Record] | None, env: Env) -> list[Record]:
    found = []
    for vm in _machines(stage, "vm", piped, env):
        if vm.snapshot_count:
            env.tick()
            found += [record(stage.source.value, (vm, one), env) for one in env.view.snapshots(vm.ref)]
    found = _matching(stage, "id", "Id", found, env)
    return _matching(stage, "name", "Name", found, env)


def _events(stage: Get, piped: list[Record] | None, env: Env) -> list[Record]:
    since = stage.start or env.now - _EVENT_WINDOW
    most = _EVENT_SAMPLES if stage.most is None else stage.most
    found = []
    for vm in _machines(stage, "entity", piped, env):
        env.tick()
        found += [
            record(stage.source.value, (vm, event), env)
            for event in env.view.events(vm.ref, since)
            if since <= event.at and (stage.finish is None or event.at <= stage.finish)
        ]
    found = _matching(stage, "username", "UserName", found, env)
    # vCenter's newest come first, and -MaxSamples keeps these.
    return sorted(found, key=lambda one: one.raw[1].at, reverse=True)[:most]
