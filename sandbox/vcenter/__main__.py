"""Runs the sandbox's vCenter in the foreground: `python -m sandbox.vcenter [-vms N] [-live] [...]`."""

import os
import sys

from sandbox.vcenter.build import BuildError, binary

if __name__ == "__main__":
    try:
        program = str(binary())
    except BuildError as error:
        sys.exit(f"sandbox: {error}. {error.hint}")
    os.execv(program, [program, *sys.argv[1:]])  # noqa: S606  replaces this process with our own program
