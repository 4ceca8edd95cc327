"""The validator against 100 sound and 106 broken payloads that other people wrote down."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sandbox.slack.blockkit import (
    validate_attachments,
    validate_blocks,
    validate_message,
    validate_view,
)

SPEC = Path(__file__).parents[3].parent / "shared" / "slack-data" / "spec"
VALID = sorted((SPEC / "fixtures" / "valid").rglob("*.json"))
IDS = [f"{path.parent.name}/{path.stem}" for path in VALID]
IN_MODALS_ONLY = {"alert", "file_input"}
SELF_CONTRADICTING = {"messages/webhook_message_basic", "messages/webhook_message_delete"}
"""Sound in every block, but two blocks share one block_id, which Slack refuses; only the list's own tool does not."""

NOT_JSON = frozenset[str]()
"""Broken cases that are about building and have no payload: none of the 106."""

pytestmark = pytest.mark.skipif(not SPEC.is_dir(), reason=f"the shared Block Kit facts are not at {SPEC}")


def _beside(name: str) -> ModuleType:
    """A module of this folder; pytest's importlib mode does not put it on the path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
