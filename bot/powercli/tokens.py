"""A reader over tokens with one token of look-ahead."""

from bot.powercli.errors import QueryError
from bot.powercli.lexer import Kind, Token


class Tokens:
    """The tokens not yet read; the last is END and stays."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def peek(self) -> Token:
        """The next token, still unread."""
        return self._tokens[self._at]

    def next(self) -> Token:
        """Read a token."""
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def take(self, kind: Kind) -> Token | None:
        """Read a token if it is of that kind."""
        return self.next() if self.peek.kind is kind else None

    def need(self, kind: Kind, *, where: str) -> Token:
        """Read a token of that kind.

        Raises:
            QueryError: the next one is of another kind.
        """
        if self.peek.kind is not kind:
            raise QueryError(
                f"{self.peek.shown} stands {where}, where {kind.value} is expected",
                way_out=f"Write {kind.value} there.",
                position=self.peek.position,
            )
        return self.next()

    def unexpected(self, where: str) -> QueryError:
        """The error for the next token."""
        return QueryError(
            f"{self.peek.shown} stands {where} and means nothing there",
            way_out="Separate cmdlets with |, list items with commas, and put texts with spaces in quotes.",
            position=self.peek.position,
        )
