"""Builds the sandbox's vCenter ahead of its first use: `python -m sandbox.vcenter.prepare`.

Nothing imports this module. Python warns when it runs one as a program that its package has imported already.
"""

import sys

from sandbox.vcenter.build import BuildError, binary, say

if __name__ == "__main__":
    try:
        say(str(binary()))
    except BuildError as error:
        sys.exit(f"sandbox: {error}. {error.hint}")
