"""Slack's Web API as far as a chat bot uses it: what each method takes, checks, answers and refuses."""
