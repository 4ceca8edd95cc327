"""The guard rails: one class each, from a case to a hold with its reason; pure."""
