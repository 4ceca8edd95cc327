"""What is told once of an incident: in its card's thread, to whoever has planned something, and to administrators."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.answers import Button, File
from bot.blocks.layout import section
from bot.blocks.text import escape, when
from bot.facts import length
from bot.grammar import command_line, join
from bot.views import buttons, glyphs, words
from bot.views.incident import lowered_from, short
from bot.views.message import Message, message
from bot.views.reasons import said
from remediation.charts import chart
from remediation.model import Outcome, PlaybookName, RemedyState, VerdictKind
from remediation.verification import MEASURES, UNDONE_BY
from remediation.words import percent

_GLYPHS: Final = {
    VerdictKind.RECOMMEND: glyphs.IDEA,
    VerdictKind.REFUSE: glyphs.REFUSED,
    VerdictKind.ASK: glyphs.LOCKED,
    VerdictKind.NOTHING: glyphs.DONE,
}
_ENDS: Final = {
    RemedyState.SUCCEEDED: (glyphs.DONE, "done"),
    RemedyState.FAILED: (glyphs.FAILED, "failed"),
    RemedyState.DROPPED: (glyphs.CANCELLED, "not done"),
}
_OUTCOMES: Final = {
    Outcome.HELPED: glyphs.CHART,
    Outcome.NO_EFFECT: glyphs.WARNING,
    Outcome.WORSE: glyphs.WARNING,
    Outcome.UNKNOWN: glyphs.UNKNOWN,
}


def decided(data: Mapping[str, Any], _now: datetime) -> Message:
    """Another decision. `verdict`, `reason`, `way_out`, and `about`: the name of what the alarm is on."""
    glyph = _GLYPHS.get(VerdictKind(data["verdict"]), glyphs.WAITING)
    about = [data.get("about", "")]
    return _told(f"{glyph} {said(data['reason'], about=about)}", said(data["way_out"], about=about))


def begun(data: Mapping[str, Any], _now: datetime) -> Message:
    """A remedy was admitted. `summary`, `operation_id`, `playbook`, `before`, `asks`: whether it waits for a yes.

    `by` is the person who does it where the bot does not; `planned`: for when, where that is later.
    """
    glyph, fate = (glyphs.LOCKED, "waits for a yes") if data["asks"] else (glyphs.RUNNING, "begins")
    if data.get("planned"):
        glyph, fate = glyphs.WAITING, f"is planned for {when(datetime.fromisoformat(data['planned']))}"
    fate += f" by {words.person_of(data['by'])}" if data.get("by") else ""
    return _told(f"{glyph} *{escape(short(data['summary']))}* {fate}{_operation(data)}", _before(data))


def ended(data: Mapping[str, Any], _now: datetime) -> Message:
    """A remedy is through. As `begun`, and `state`, `text`, `way_out` (or None), `people`: who had a hand in it.

    `lowered`: from what and by whom; None, or not there, where an approver has not.
    """
    glyph, fate = _ENDS.get(RemedyState(data["state"]), (glyphs.UNKNOWN, data["state"]))
    rest = [said(str(data[name]), people=data.get("people", ())) for name in ("text", "way_out") if data[name]]
    less = [f"It was {lowered_from(*data['lowered'])}."] if data.get("lowered") else []
    return _told(f"{glyph} *{escape(short(data['summary']))}*: {fate}{_operation(data)}", *less, *rest)


def compared(data: Mapping[str, Any], _now: datetime) -> Message:
    """What a remedy has brought. As `begun`, and `outcome`, `after`, `later_s`."""
    undone_by = data["after"].get(UNDONE_BY)
    if undone_by:
        summary = escape(short(data["summary"]))
        return _told(
            f"{glyphs.CANCELLED} *{summary}*: undone by {words.person_of(undone_by)}, so it counts for nothing"
        )
    glyph, later = _OUTCOMES[Outcome(data["outcome"])], length(timedelta(seconds=data["later_s"]))
    return _told(f"{glyph} {later} later: {escape(str(data['after'].get('reason', '')))}")


def picture(data: Mapping[str, Any]) -> File | None:
    """The chart to it; None where there are no figures. The first one takes a few seconds."""
    drawn = chart(PlaybookName(data["playbook"]), data["before"], data["after"])
    if drawn is None:
        return None
    told = str(data["after"].get("reason", ""))
    return File(name="before-and-after.png", title="Before and after", content=drawn, alt=f"Chart: {told}")


def still_planned(data: Mapping[str, Any], _now: datetime) -> Message:
    """To whoever has planned something because of an alarm, and the owner: the alarm is over, what is planned stays.

    `alarm`, `vm`, `summary`, `operation_id`, `what` (`restart`), and `planned`: for when.
    """
    head = f"{glyphs.DONE} *{escape(data['vm'])}*: {escape(data['alarm'])} is over"
    at, what = when(datetime.fromisoformat(data["planned"])), escape(data["what"])
    rest = (
        f"*{escape(data['summary'])}* is still planned for {at}, with a {what}. "
        "If it shall stay so, nothing needs to be done; if nobody needs it any more, cancel it."
    )
    cancel = Button(
        label=f"Cancel the {data['what']}", command=command_line("cancel", data["operation_id"]), style="danger"
    )
    return message(
        [head, rest, f"Operation {escape(data['operation_id'])}"], [section(f"{head}\n{rest}"), *buttons.row([cancel])]
    )


def trust(data: Mapping[str, Any], _now: datetime) -> Message:
    """To administrators: a playbook has earned to run by itself. `playbook`, `runs`, `people` (Slack ids)."""
    playbook = str(data["playbook"])
    people = join(map(words.person_of, data["people"]), "and")
    head = f"{glyphs.IDEA} *{escape(playbook)}* could run by itself"
    rest = (
        f"{data['runs']} approved runs of the last 30 days have helped, approved by {people}, and none has failed or "
        "made anything worse. Every guard rail holds in mode auto as well; `remediation mode` takes it back."
    )
    yes = Button(label="Make it automatic", command=command_line("remediation", "mode", playbook, "auto"))
    return message([head, rest], [section(f"{head}\n{rest}"), *buttons.row([yes])])


def _told(*lines: str) -> Message:
    known = [line for line in lines if line]
    return message(known, [section("\n".join(known))])


def _operation(data: Mapping[str, Any]) -> str:
    return f" · {escape(data['operation_id'])}" if data["operation_id"] else ""


def _before(data: Mapping[str, Any]) -> str:
    """`Before: CPU p95 96 %, ready 1.2 %`; empty where nothing is known."""
    playbook, figures = PlaybookName(data["playbook"]), data["before"]
    measure = MEASURES[playbook]
    known = [(measure.name, figures.get(measure.key))]
    known += [("ready", figures.get("ready_p95"))] if playbook is PlaybookName.ADD_CPU else []
    parts = [f"{name} {percent(value)}" for name, value in known if isinstance(value, int | float)]
    return f"Before: {', '.join(parts)}" if parts else ""
