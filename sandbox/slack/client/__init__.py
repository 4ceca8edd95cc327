"""The Python side of the sandbox for tests and the demo: start or find a workspace, be its people, pull its levers."""
