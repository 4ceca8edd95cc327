"""`iaas-bot simulate`: weeks of a made-up estate in seconds, with remediation and without, side by side."""

import json

import typer

from remediation.simulation.report import data, text
from remediation.simulation.run import compare


def run(*, weeks: int, vms: int, seed: int, as_json: bool) -> None:
    """Print the comparison; the same for the same arguments."""
    comparison = compare(weeks=weeks, vms=vms, seed=seed)
    typer.echo(json.dumps(data(comparison)) if as_json else text(comparison))
