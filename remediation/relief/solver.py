"""From a problem to its best answer: proven for some dozens of VMs, good and within a second for five hundred. Pure."""

from typing import Final

from remediation.relief.exact import Search
from remediation.relief.improving import greedy, improve
from remediation.relief.problem import Problem, Solution, lower_bound

REFILLS: Final = 800
"""At most; each takes less than a millisecond."""
STEPS: Final = 40_000
"""Of branch and bound, at most."""


def solve(problem: Problem, *, refills: int = REFILLS, steps: int = STEPS) -> Solution:
    """Find what frees as much as is needed with the fewest bytes moved; where nothing does, what comes nearest."""
    search = Search(problem, improve(problem, greedy(problem), budget=refills), budget=steps)
    answer = search.run()
    return Solution(
        answer=answer,
        lower_bound=lower_bound(problem),
        proven=search.finished,
    )
