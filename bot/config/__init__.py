"""The one TOML file, read and checked as a whole: every problem at once, secrets never among the values."""

from bot.config.load import ConfigError, Problem, load
from bot.config.model import Settings

__all__ = ["ConfigError", "Problem", "Settings", "load"]
