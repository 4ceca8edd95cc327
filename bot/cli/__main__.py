"""`python -m bot.cli` is `iaas-bot`."""

from bot.cli import main

main()
