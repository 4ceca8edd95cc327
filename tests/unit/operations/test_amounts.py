"""Memory is said truly and shortly."""

import pytest

from operations.amounts import memory


@pytest.mark.parametrize(
    ("mib", "said"),
    [
        (0, "0 GB"),
        (512, "512 MB"),
        (1024, "1 GB"),
        (1536, "1.5 GB"),
        (1280, "1.25 GB"),
        (1152, "1,152 MB"),
        (4100, "4,100 MB"),
        (6148, "6,148 MB"),
        (32764, "32,764 MB"),
        (32768, "32 GB"),
        (1024 * 1024, "1024 GB"),
    ],
)
def test_memory_is_the_true_figure_in_few_digits(mib: int, said: str) -> None:
    assert memory(mib) == said
