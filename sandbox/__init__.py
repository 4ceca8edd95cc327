"""A Slack workspace and a vCenter for a laptop; stand-ins that import nothing of the product."""
