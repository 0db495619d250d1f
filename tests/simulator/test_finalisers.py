"""A line that never came about leaves nothing for the garbage collector to do."""

from simulator.amqp import AmqpLine
from tests.finalisers import NOBODY_LISTENS, Connect, complaints_after, failing, interrupted


def connect_to(url: str) -> Connect:
    return AmqpLine(url)._connect  # noqa: SLF001 — the line itself retries without end


def test_lines_that_failed_are_collected_in_silence() -> None:
    assert complaints_after(failing(connect_to(NOBODY_LISTENS))) == []


def test_a_line_interrupted_while_it_was_made_is_collected_in_silence() -> None:
    assert complaints_after(interrupted(connect_to)) == []
