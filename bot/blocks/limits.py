"""Slack's size limits, in characters unless the name says otherwise.

Source: Slack's Block Kit reference of November 2026 and the method data of `chat.update`; the frame size was measured.
"""

from typing import Final

TEXT: Final = 3000
FIELD: Final = 2000
FIELDS: Final = 10
HEADER: Final = 150
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2000
ID: Final = 255
OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
OPTIONS: Final = 100
PLACEHOLDER: Final = 150
LABEL: Final = 2000
ALERT: Final = 200
VIEW_TITLE: Final = 24
METADATA: Final = 3000
INPUT: Final = 3000
MARKDOWN: Final = 12_000
"""Over all markdown blocks of a message."""
MESSAGE_TEXT: Final = 4000
"""`chat.update` refuses more with `msg_too_long`, so no message of ours has more."""
MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
ACTIONS: Final = 25
CONTEXT: Final = 10
TABLE_ROWS: Final = 100
TABLE_COLUMNS: Final = 20
TABLE_TEXT: Final = 10_000
CHILDREN: Final = 10
TASKS: Final = 50
VIEW_BYTES: Final = 250_000
ACK_BYTES: Final = 20_000
"""Slack closes the socket, or drops the ack, at 20,480 bytes a frame; the envelope around the payload needs some."""
