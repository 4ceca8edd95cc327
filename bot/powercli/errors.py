"""What is wrong with a query, in words a person can act on."""


class QueryError(Exception):
    """The query can't be read or run: `str()` is the fact and the cause, `way_out` what to type instead."""

    def __init__(self, message: str, *, way_out: str, position: int | None = None) -> None:
        super().__init__(message)
        self.way_out = way_out
        self.position = position
        """Where in the text, counted in characters from 0; None where it concerns the query as a whole."""
