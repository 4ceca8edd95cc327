"""What remediation would have done: past alarm changes go through its own playbooks, guard rails and admission."""
