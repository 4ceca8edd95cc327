"""Block Kit as typed functions over plain dicts, and the one gate before Slack. Knows no operation, no client."""
