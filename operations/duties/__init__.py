"""What the bot does by itself when a time has come: one module a duty, each safe to run twice and in two replicas."""
