"""The bot's outside: text, verbs, views, Slack, command line, configuration, and the wiring of it all."""
