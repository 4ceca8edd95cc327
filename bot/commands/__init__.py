"""One verb a file. A verb knows nothing of its neighbours; `bot.registry` lists them all."""
