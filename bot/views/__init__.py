"""How things look in Slack: pure functions from values to blocks; `now` is an argument, nothing is read or sent."""
