"""Processes that are killed: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orderflow.audit import audit
from tests.stores import EVERYWHERE, KINDS, opened
from tests.workers import LAMP, flow, life

ROOT = Path(__file__).resolve().parent.parent
KILLS = 50
ORDERS = 180


def run_and_kill(
    database: Path, done: int, after: int | None, chance: random.Random
) -> tuple[int, bool]:
    """Go on from the `done`-th command; kill -9 some instant after so many acknowledgements.

    Gives how many commands were acknowledged in all, and whether the stream has ended.
    """
    command = [
        sys.executable,
        "-m",
        "tests.workers",
        "live",
        str(database),
        "1",
        str(ORDERS),
        str(done),
    ]
    heard = 0
    ended = False
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line == "end\n":
                ended = True
                continue
            done = int(line) + 1
            heard += 1
            if heard == after:
                time.sleep(chance.random() * 0.002)  # somewhere in the commands that follow
                process.kill()
    assert process.returncode == (0 if ended else -9)
    return done, ended


@pytest.mark.parametrize("kind", KINDS if EVERYWHERE else ("sqlite",))
def test_fifty_kills_lose_nothing_and_repeat_nothing(tmp_path: Path, kind: str) -> None:
    database = tmp_path / f"killed.{kind}"
    flow(str(database)).receive(LAMP, 3 * ORDERS)
    commands = [call for i in range(ORDERS) for call in life(100_000 + i)]
    chance = random.Random(7)
    done, kills, ended = 0, 0, False

    while not ended:
        after = chance.randint(1, 2 * len(commands) // KILLS - 10) if kills < KILLS else None
        # The last three that were acknowledged are sent again, with their keys.
        done, ended = run_and_kill(database, max(0, done - 3), after, chance)
        kills += not ended

    assert kills == KILLS
    with opened(database) as store:
        keys = [entry.key for entry in store.entries(after=1)]
        assert keys == [f"1/{i}" for i in range(len(commands))]
        assert [law for law in audit(store) if law.breaches] == []
