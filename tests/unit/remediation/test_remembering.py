"""A row is read once, and again only when it has changed."""

from dataclasses import dataclass

from remediation.remembering import Remembered


@dataclass(frozen=True, slots=True)
class Row:
    """A key and something that may change."""

    key: str
    text: str


def test_only_what_has_changed_is_read_again_and_the_order_is_that_of_the_rows() -> None:
    read: list[str] = []

    def note(row: Row) -> str:
        read.append(row.text)
        return row.text.upper()

    remembered = Remembered(note)

    first = remembered.values([Row("a", "x"), Row("b", "y")])
    second = remembered.values([Row("b", "y"), Row("a", "z")])
    third = remembered.values([Row("a", "z")])
    fourth = remembered.values([Row("b", "y")])

    assert (first, second, third, fourth) == (["X", "Y"], ["Y", "Z"], ["Z"], ["Y"])
    assert read == ["x", "y", "z", "y"]
