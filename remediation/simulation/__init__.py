"""Weeks of an estate in seconds: loads, alarms and remedies on a virtual clock, the same for every seed."""
