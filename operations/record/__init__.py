"""The bot's own database: operations, events, cards and replicas, on SQLite or PostgreSQL by URL alone."""
