"""Reads the condition of Where-Object, as a block or in its simple form."""

from bot.powercli.binding import constant
from bot.powercli.errors import QueryError
from bot.powercli.lexer import Kind, Token
from bot.powercli.syntax import Compare, Expression, Literal, Logic, Name, Not, Path, Several
from bot.powercli.tokens import Tokens

_COMPARISONS = frozenset({
    "eq", "ne", "gt", "ge", "lt", "le", "like", "notlike", "match", "notmatch", "in", "notin", "contains",
    "notcontains",
})  # fmt: skip
_LOGIC = frozenset({"and", "or", "xor"})
_DEEPEST = 40
_ITEM = frozenset({"_", "psitem"})
_CONSTANTS = frozenset({"true", "false", "null"})


class ConditionParser:
    """Recursive descent over PowerShell's precedence: not and comparison bind before and, or, xor, which bind alike."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._depth = 0

    def block(self) -> Expression:
        """`{ … }`.

        Raises:
            QueryError: it is no condition.
        """
        self._tokens.need(Kind.OPEN, where="before the condition")
        found = self._logic()
        self._tokens.need(Kind.CLOSE, where="in the condition")
        return found

    def simple(self) -> Expression:
        """`Property -gt 4`, `-not Property` or `Property` alone.

        Raises:
            QueryError: it is none of these.
        """
        negated = False
        if (dash := self._tokens.take(Kind.DASH)) is not None:
            negated = dash.text.casefold() == "not"
        token = self._tokens.next()
        if token.kind not in {Kind.WORD, Kind.STRING}:
            raise _no_operand(token)
        names = tuple(Name(part, token.position) for part in token.text.split("."))
        path = Path(names)
        if negated:
            return Not(path)
        found = self._compared(path)
        if (more := self._tokens.peek).kind is Kind.DASH:
            raise QueryError(
                f"-{more.text} needs the form with braces",
                way_out="Write `? { $_.A -gt 1 -and $_.B -lt 2 }`.",
                position=more.position,
            )
        return found

    def _logic(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryError(
                "The condition nests too deep", way_out="Use fewer parentheses.", position=self._tokens.peek.position
            )
        found = self._unary()
        while (token := self._tokens.peek).kind is Kind.DASH and token.text.casefold() in _LOGIC:
            self._tokens.next()
            found = Logic(token.text.casefold(), found, self._unary())
        self._depth -= 1
        return found

    def _unary(self) -> Expression:
        negations = 0
        while self._negation():
            negations += 1
        found = self._operand()
        if negations and self._comparison() is not None:
            # PowerShell would compare the negated value; nobody means that.
            raise QueryError(
                "-not before a comparison needs parentheses",
                way_out="Write -not ($_.A -eq 1).",
                position=self._tokens.peek.position,
            )
        compared = self._compared(found)
        return Not(compared) if negations % 2 else compared

    def _negation(self) -> bool:
        token = self._tokens.peek
        if token.kind is Kind.NOT or (token.kind is Kind.DASH and token.text.casefold() == "not"):
            self._tokens.next()
            return True
        return False

    def _compared(self, left: Expression) -> Expression:
        found = self._comparison()
        if found is None:
            return left
        operator, exact_case = found
        self._tokens.next()
        return Compare(operator, exact_case, left, self._operand())

    def _comparison(self) -> tuple[str, bool] | None:
        token = self._tokens.peek
        if token.kind is not Kind.DASH or token.text.casefold() in _LOGIC:
            return None
        low = token.text.casefold()
        if low in _COMPARISONS:
            return low, False
        if low[:1] in {"c", "i"} and low[1:] in _COMPARISONS:
            return low[1:], low[0] == "c"
        raise QueryError(
            f"-{token.text} is no comparison",
            way_out="Use -eq, -ne, -gt, -ge, -lt, -le, -like, -match or -in.",
            position=token.position,
        )

    def _operand(self) -> Expression:
        first = self._single()
        if self._tokens.peek.kind is not Kind.COMMA:
            return first
        items = [self._literal(first)]
        while self._tokens.take(Kind.COMMA) is not None:
            items.append(self._literal(self._single()))
        return Several(tuple(items))

    def _literal(self, found: Expression) -> Literal:
        if not isinstance(found, Literal):
            raise QueryError(
                "A list holds texts and numbers only",
                way_out="For example: 'web-01', 'web-02'.",
                position=self._tokens.peek.position,
            )
        return found

    def _single(self) -> Expression:
        token = self._tokens.next()
        match token.kind:
            case Kind.STRING | Kind.WORD:
                return Literal(constant(token))
            case Kind.VARIABLE:
                return _variable(token)
            case Kind.LEFT:
                found = self._logic()
                self._tokens.need(Kind.RIGHT, where="in the condition")
                return found
            case Kind.ARRAY:
                return self._array()
            case _:
                raise _no_operand(token)

    def _array(self) -> Expression:
        if self._tokens.take(Kind.RIGHT) is not None:
            return Several(())
        found = self._operand()
        self._tokens.need(Kind.RIGHT, where="in the list")
        return found if isinstance(found, Several) else Several((self._literal(found),))


def _variable(token: Token) -> Expression:
    low = token.text.casefold()
    if low in _ITEM:
        return Path(tuple(Name(name, token.position) for name in token.path))
    if low in _CONSTANTS and not token.path:
        return Literal(constant(token))
    raise QueryError(
        f"{token.shown} is a variable that a query doesn't have",
        way_out="Only $_ (or $PSItem), $true, $false and $null exist here; put texts in single quotes.",
        position=token.position,
    )


def _no_operand(token: Token) -> QueryError:
    return QueryError(
        f"{token.shown} stands where a property or value should",
        way_out="For example: `? { $_.NumCpu -gt 4 -and $_.Name -like 'web*' }`.",
        position=token.position,
    )
