"""`iaas-bot demo` as a program: the README's quick proof, its exit codes, and that nothing is left behind."""

import json
import socket
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from tests.acceptance.service.program import family, iaas_bot, left_of, press_ctrl_c, started

KEYS = ["as", "command", "card", "state", "text", "took_s"]
STARTING = "Starting the sandbox's vCenter and Slack, and the bot …"
LONG = [word for number in range(200) for word in ("--run", f"echo {number}")]
"""More lines than are through before a test has done something to the program."""
END_S = 25
"""The bot may take 20 s to end."""


@pytest.fixture
def demo() -> Iterator[list[subprocess.Popen[str]]]:
    """Programs that a test starts; none outlives it."""
    programs: list[subprocess.Popen[str]] = []
    yield programs
    for program in programs:
        with program:
            if program.poll() is None:
                program.terminate()


def test_the_quick_proof_of_the_readme_prints_two_objects_and_succeeds() -> None:
    told = iaas_bot("demo", "--headless", "--as", "dana", "--run", "spawn web-07", "--run", "poweron web-07")

    first, second = (json.loads(line) for line in told.stdout.splitlines())
    assert told.returncode == 0, told.stderr
    assert told.stderr == f"{STARTING}\n"
    assert [list(first), list(second)] == [KEYS, KEYS]
    assert {key: first[key] for key in ("as", "command", "state")} == {
        "as": "dana",
        "command": "spawn web-07",
        "state": "succeeded",
    }
    assert first["card"]
    assert "web-07" in first["text"]
    assert 0 < first["took_s"] < 60
    assert (second["state"], second["command"]) == ("succeeded", "poweron web-07")
    assert "already" in second["text"]


def test_one_line_that_does_not_succeed_fails_the_whole_run_and_the_others_are_run_all_the_same() -> None:
    lines = ("list mine", "nuke fin-db-01", "gibberish", 'spawn "', "reset web-01")
    told = iaas_bot("demo", "--headless", *(word for line in lines for word in ("--run", line)))

    objects = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.returncode == 1
    assert [list(one) for one in objects] == [KEYS] * len(lines)
    assert [(one["command"], one["state"]) for one in objects] == list(
        zip(lines, ("answered", "refused", "failed", "failed", "succeeded"), strict=True)
    )
    assert objects[1]["card"], "a refusal is on record"
    assert [one["card"] for one in (objects[0], objects[2], objects[3])] == [None] * 3


def test_a_refused_line_is_the_last_line_and_the_exit_code() -> None:
    told = iaas_bot("demo", "--headless", "--as", "guy", "--run", "list")

    (line,) = told.stdout.splitlines()
    assert (told.returncode, json.loads(line)["state"], json.loads(line)["as"]) == (1, "refused", "guy")


def test_ctrl_c_in_the_middle_ends_everything_without_a_traceback(demo: list[subprocess.Popen[str]]) -> None:
    program = started("demo", "--headless", *LONG)
    demo.append(program)
    assert program.stdout is not None
    first = program.stdout.readline()
    children = family(program)

    press_ctrl_c(program)
    _, errors = program.communicate(timeout=END_S)

    assert json.loads(first)["state"] == "answered"
    assert program.returncode == 130
    assert len(children) >= 2
    assert left_of(children) == []
    assert "Traceback" not in errors


def test_a_reader_that_leaves_ends_everything_without_a_traceback(demo: list[subprocess.Popen[str]]) -> None:
    program = started("demo", "--headless", *LONG)
    demo.append(program)
    assert program.stdout is not None
    assert program.stderr is not None
    first = program.stdout.readline()
    children = family(program)

    program.stdout.close()
    program.wait(END_S)

    assert json.loads(first)["state"] == "answered"
    assert program.returncode != 0
    assert left_of(children) == []
    assert "Traceback" not in program.stderr.read()


def test_the_page_is_there_at_the_address_that_is_printed_and_ctrl_c_ends_all(
    demo: list[subprocess.Popen[str]],
) -> None:
    program = started("demo", "--port", "0")
    demo.append(program)
    assert program.stderr is not None
    starting, address, connected = (program.stderr.readline() for _ in range(3))
    url = address.split()[1]
    connection = HTTPConnection(url.removeprefix("http://").rstrip("/"), timeout=10)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    children = family(program)

    press_ctrl_c(program)
    output, errors = program.communicate(timeout=END_S)

    assert starting == f"{STARTING}\n"
    assert status == 200
    assert connected.startswith("The bot is connected:")
    assert (program.returncode, output) == (0, "")
    assert left_of(children) == []
    assert "Traceback" not in errors


def test_a_bot_that_was_killed_is_told_at_once_and_started_again(demo: list[subprocess.Popen[str]]) -> None:
    program = started("demo", "--port", "0")
    demo.append(program)
    assert program.stderr is not None
    for _ in range(3):
        program.stderr.readline()
    (bot,) = [one for one in family(program) if "run" in one.cmdline()]

    bot.kill()
    told, again = program.stderr.readline(), program.stderr.readline()
    (second,) = [one for one in family(program) if "run" in one.cmdline()]
    press_ctrl_c(program)
    _, errors = program.communicate(timeout=END_S)

    assert told.startswith("The bot was killed (SIGKILL). It is started again")
    assert again.startswith("The bot is connected again")
    assert second.pid != bot.pid
    assert program.returncode == 0
    assert "Traceback" not in errors


def test_a_port_that_is_taken_is_told_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = iaas_bot("demo", "--port", str(taken.getsockname()[1]))

    assert (told.returncode, told.stdout) == (1, "")
    assert "try --port 0" in told.stderr
    assert "Traceback" not in told.stderr
