"""Answers of vCenter as plain values."""

from datetime import UTC, datetime

import pytest

from vsphere.errors import ConnectionLostError
from vsphere.soaptree import Moref, as_list, parse

HEAD = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:vim25"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:q="http://www.w3.org/2001/XMLSchema-instance">'
    "<s:Body><R>"
)
TAIL = "</R></s:Body></s:Envelope>"


def answer(inner: str) -> object:
    return parse(f"{HEAD}{inner}{TAIL}".encode())


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ('<val q:type="xsd:string">a &lt; b</val>', "a < b"),
        ('<val q:type="xsd:string"></val>', ""),
        ('<val q:type="xsd:int">-7</val>', -7),
        ('<val q:type="xsd:long">10000000000</val>', 10_000_000_000),
        ('<val q:type="xsd:boolean">true</val>', True),
        ('<val q:type="xsd:boolean">0</val>', False),
        ('<val q:type="xsd:double">1.5</val>', 1.5),
        (
            '<val q:type="xsd:dateTime">2026-01-02T03:04:05.678Z</val>',
            datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
        ),
        ('<val q:type="ManagedObjectReference" type="HostSystem">host-1</val>', Moref("HostSystem", "host-1")),
        ('<val q:type="VirtualMachinePowerState">poweredOn</val>', "poweredOn"),
        ('<val q:type="ArrayOfManagedObjectReference"></val>', []),
        (
            '<val q:type="ArrayOfManagedObjectReference"><m type="Datastore">ds-1</m></val>',
            [Moref("Datastore", "ds-1")],
        ),
        ('<val q:type="InvalidPowerState"/>', {"_type": "InvalidPowerState"}),
        ('<val q:type="X"><a>1</a><b>2</b></val>', {"_type": "X", "a": "1", "b": "2"}),
    ],
)
def test_a_value_is_read_by_the_type_that_it_names(value: str, read: object) -> None:
    assert answer(f"<returnval>{value}</returnval>") == {"val": read}


def test_repeated_elements_become_a_list_in_order() -> None:
    assert answer("<returnval><a>1</a><a>2</a><a>3</a><b>4</b></returnval>") == {"a": ["1", "2", "3"], "b": "4"}


def test_a_repeated_array_is_a_list_of_lists() -> None:
    one = '<v q:type="ArrayOfString"><s>{}</s><s>x</s></v>'

    assert answer(f"<returnval>{one.format(1)}{one.format(2)}</returnval>") == {"v": [["1", "x"], ["2", "x"]]}


def test_text_in_pieces_is_put_together() -> None:
    assert answer(f"<returnval><a>{'ä&amp;' * 5000}</a></returnval>") == {"a": "ä&" * 5000}


def test_an_answer_without_a_value_is_none() -> None:
    assert answer("") is None


def test_what_is_no_xml_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionLostError, match="not XML"):
        parse(b"<html><p>Bad gateway")


def test_one_or_many_is_always_a_list() -> None:
    assert (as_list(None), as_list("a"), as_list(["a", "b"])) == ([], ["a"], ["a", "b"])
