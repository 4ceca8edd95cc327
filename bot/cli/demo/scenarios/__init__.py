"""What can go wrong in an estate, played with the sandbox's levers, and what the bot must make of it."""
