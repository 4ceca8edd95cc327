"""The sandbox Slack: a local stand-in that speaks and refuses what Slack does, for the demo and for tests.

It imports nothing of the bot and nothing of slack_bolt; it is no Slack and says so.
"""

from sandbox.slack.client.person import NeverAppearedError, Person
from sandbox.slack.client.seen import Result, SeenMessage, SeenView
from sandbox.slack.client.workspace import ViolationsError, Workspace
from sandbox.slack.options import Command, Options

__all__ = [
    "Command",
    "NeverAppearedError",
    "Options",
    "Person",
    "Result",
    "SeenMessage",
    "SeenView",
    "ViolationsError",
    "Workspace",
]
