"""The demo: a sandbox Slack and vCenter on loopback, and the bot between them as the process that production runs."""
