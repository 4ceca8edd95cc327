"""Where a secret is to be found. The secret itself never becomes a value that could be logged or printed."""

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_REFERENCE = re.compile(r"(env|file|credential):(.+)", re.DOTALL)
_HOW = "write where it is to be found: env:NAME, file:/path or credential:NAME"


class SecretError(Exception):
    """The secret is not where the configuration says. The message names the place, never the secret."""


class Secret:
    """A reference such as `env:IAAS_SLACK_BOT_TOKEN`; `read()` looks it up anew at each call."""

    __slots__ = ("_kind", "_place")

    def __init__(self, reference: str) -> None:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            # The text is not repeated: what was written here instead of a reference may be the secret itself.
            raise ValueError(f"a secret does not stand in the configuration; {_HOW}")
        self._kind, self._place = match.groups()
        if self._kind == "credential" and not _is_file_name(self._place):
            raise ValueError("a credential is given by its name, without a path; for a path write file:/path")
        if self._kind == "file" and not Path(self._place).is_absolute():
            raise ValueError("a file is given by its path from / on: file:/path")

    def __repr__(self) -> str:
        return f"Secret({self._kind}:{self._place})"

    def read(self) -> str:
        """Return the secret without surrounding white space.

        Raises:
            SecretError: it is not there, can't be read or is empty.
        """
        value = self._find().strip()
        if not value:
            raise SecretError(f"{self._kind}:{self._place} is empty")
        return value

    def _find(self) -> str:
        if self._kind == "env":
            if self._place not in os.environ:
                raise SecretError(f"the environment variable {self._place} is not set")
            return os.environ[self._place]
        path = Path(self._place)
        if self._kind == "credential":
            folder = os.environ.get("CREDENTIALS_DIRECTORY")
            if folder is None:
                raise SecretError(
                    f"credential:{self._place} needs systemd's LoadCredential= (CREDENTIALS_DIRECTORY is not set)"
                )
            path = Path(folder) / self._place
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise SecretError(f"{path} can't be read: {error.strerror}") from error


def _is_file_name(text: str) -> bool:
    return "/" not in text and text not in {".", ".."}


class _SecretSchema:
    """Lets pydantic read a Secret from its reference."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401  pydantic's signature
        return core_schema.no_info_after_validator_function(Secret, core_schema.str_schema())


SecretField = Annotated[Secret, _SecretSchema]
