"""Eight clerks do random operations at once while workers are killed: nothing is lost, doubled or counted otherwise.

`python -m bench.clerks` is the same with 500 operations of each and a worker for each of them.
"""

from pathlib import Path

import pytest

from tests.outages.working import Work, worked

OF_A_TEST = Work(workers=2, operations=12, kill_after=30, questions=2)


@pytest.mark.processes
@pytest.mark.own_store
def test_clerks_while_workers_are_killed(store_url: str, tmp_path: Path) -> None:
    # Takes some seconds: a server starts, two of its workers are killed, and all reports are asked of the oracle.
    outcomes = worked(store_url, tmp_path, OF_A_TEST)
    assert sum(outcomes.values()) >= OF_A_TEST.operations * OF_A_TEST.clerks * 3 // 4
