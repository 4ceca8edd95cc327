"""Who may leave the outbound line, and when."""

from dataclasses import replace

from bot.slack.parcel import Call, Line, Parcel, Urgency, fixed


def _post(key: str, channel: str = "C1", urgency: Urgency = Urgency.FIRST) -> Parcel:
    return fixed(key, Call(method="chat.postMessage", arguments={}, channel=channel), urgency=urgency)


def _edit(key: str, urgency: Urgency = Urgency.EDIT) -> Parcel:
    return fixed(key, Call(method="chat.update", arguments={}), urgency=urgency)


def _taken(line: Line, now: float) -> list[str]:
    keys = []
    while (parcel := line.take(now)[0]) is not None:
        keys.append(parcel.key)
        line.landed(parcel)
    return keys


def test_the_end_of_an_operation_goes_before_the_middle_of_another() -> None:
    line = Line()
    line.put(_edit("middle"))
    line.put(_post("first"))
    line.put(_edit("end", Urgency.FINAL))

    assert _taken(line, 0) == ["end", "first", "middle"]


def test_a_later_state_takes_the_place_of_an_earlier_one() -> None:
    line = Line()
    line.put(_edit("card"))
    line.put(_edit("card", Urgency.FINAL))

    assert _taken(line, 0) == ["card"]
    assert len(line) == 0


def test_a_card_is_not_sent_twice_at_once() -> None:
    line = Line()
    line.put(_post("card"))
    flying, _ = line.take(0)
    assert flying is not None

    line.put(_edit("card"))

    assert line.take(0) == (None, None)
    line.landed(flying)
    assert _taken(line, 0) == ["card"]


def test_a_channel_gets_about_one_message_a_second_and_others_do_not_wait() -> None:
    line = Line()
    for number in range(5):
        line.put(_post(f"busy{number}"))
    line.put(_post("other", "C2"))

    assert _taken(line, 0) == ["busy0", "busy1", "other"]
    assert _taken(line, 1.6) == ["busy2"]


def test_any_minute_has_at_most_fifty_edits_however_many_wait() -> None:
    line = Line()
    for number in range(500):
        line.put(_edit(str(number), Urgency.FINAL))

    sent = [second for second in range(180) for _ in _taken(line, second)]

    assert max(sum(begin <= at < begin + 60 for at in sent) for begin in range(120)) <= 50


def test_tokens_are_kept_back_for_the_end_of_an_operation() -> None:
    line = Line()
    for number in range(20):
        line.put(_edit(str(number)))
    middle = _taken(line, 0)

    line.put(_edit("end", Urgency.FINAL))

    assert len(middle) == 7
    assert _taken(line, 0) == ["end"]


def test_after_a_429_nothing_of_the_kind_leaves_until_slack_allows() -> None:
    line = Line()
    line.put(_edit("one"))
    refused, _ = line.take(0)
    assert refused is not None
    line.block(refused, 5.0)
    line.again(refused, 0, after_s=5.0)
    line.put(_edit("two"))

    assert _taken(line, 4.9) == []
    assert _taken(line, 5.0) == ["one", "two"]


def test_each_try_waits_longer_up_to_twenty_seconds() -> None:
    line = Line()
    line.put(_edit("card"))
    waits = []
    now = 0.0
    for _ in range(9):
        parcel, _ = line.take(now)
        assert parcel is not None
        line.again(parcel, now)
        _, wait_s = line.take(now)
        assert wait_s is not None
        waits.append(wait_s)
        now += wait_s

    assert waits[:3] == [0.5, 1.0, 2.0]
    assert waits[-1] == 20.0


def test_what_came_meanwhile_goes_instead_of_what_failed() -> None:
    line = Line()
    line.put(_edit("card"))
    failed, _ = line.take(0)
    assert failed is not None
    line.put(replace(_edit("card"), urgency=Urgency.FINAL))

    line.again(failed, 0)

    parcel, _ = line.take(0.5)
    assert parcel is not None
    assert parcel.urgency is Urgency.FINAL


def test_an_edit_may_be_told_to_wait() -> None:
    line = Line()
    line.put(replace(_edit("card"), not_before=2.0))

    assert line.take(1.0) == (None, 1.0)
    assert _taken(line, 2.0) == ["card"]
