"""The figures of a torture, for reading. Pure but for what it asks of the judge."""

from collections import Counter, defaultdict

from tests.torture.storm import Storm
from tests.torture.truth import Judge


def table(database: str, storm: Storm, judge: Judge) -> str:
    """What happened on one database, and every violation."""
    entries = judge.entries()
    begun = [ask for ask in judge.asks if ask.operation]
    refused = [ask for ask in judge.asks if not ask.operation and ask.refusal]
    lost = [ask for ask in judge.asks if not ask.operation and not ask.refusal]
    writes = judge.writes()
    figures = {
        "kills": f"{storm.killed} ({storm.random_kills} at random, {storm.early_kills} before it was ready, "
        f"{storm.point_kills} at a named point)",
        "restarts": f"{storm.restarts} ({storm.unready} not ready in time)",
        "lines typed": f"{len(judge.asks)} ({len(begun)} became operations, {len(refused)} were refused with a reason, "
        f"{len(lost)} died with the bot before they were on record and wrote nothing)",
        "operations": f"{len(entries)}, of them taken up by another start: {judge.resumed()}",
        "writes that reached vCenter": f"{sum(writes.values())} ({_counted(writes)})",
        "taken back, denied, purged": f"{sum(bool(one.undoes) for one in entries)}, "
        f"{sum(one.text.startswith('Denied') for one in entries)}, "
        f"{sum(one.verb == 'purge' and one.state == 'succeeded' for one in entries)}",
        "doubled": judge.count("DOUBLED"),
        "lost": judge.count("LOST"),
        "unknown": f"{sum(one.state == 'unknown' for one in entries)} ({judge.count('UNKNOWN')} that could be told)",
        "faults": f"{storm.dropped} calls or answers dropped, all connections cut {storm.cuts} times",
        "seconds": round(storm.took_s),
        "violations": len(judge.violations),
    }
    by_verb: dict[str, Counter[str]] = defaultdict(Counter)
    for one in entries:
        by_verb[one.verb][one.state] += 1
    lines = [f"== {database}, seed {storm.seed}", *(f"{name:28} {value}" for name, value in figures.items())]
    lines += [f"  {verb:26} {_counted(states)}" for verb, states in sorted(by_verb.items())]
    lines += [f"  not done: {one.id} {one.verb} {one.state}: {one.text}" for one in entries if one.state != "succeeded"]
    lines += [f"  refused: {ask.line}: {ask.refusal}" for ask in refused]
    return "\n".join([*lines, *(f"VIOLATION {one}" for one in judge.violations)])


def _counted(many: Counter[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in sorted(many.items()))
