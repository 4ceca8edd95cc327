"""`invoke`: PowerCLI's read-only cmdlets as a query language. The text is parsed, never evaluated (design §9)."""

from bot.powercli.errors import QueryError
from bot.powercli.parser import parse
from bot.powercli.query import Result, run_query, to_csv
from bot.powercli.syntax import Layout, Query
from bot.powercli.view import View

__all__ = ["Layout", "Query", "QueryError", "Result", "View", "parse", "run_query", "to_csv"]
