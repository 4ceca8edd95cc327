"""Alarms that turn red become findings, a recommendation, an admitted operation, and a proof that it helped."""
