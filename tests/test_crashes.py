"""Processes that are killed, servers that go down: nothing acknowledged is lost or done twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import attrs
import pytest

from orderflow.audit import audit
from tests import servers
from tests.stores import EVERYWHERE, KINDS, opened
from tests.workers import LAMP, flow, life

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 8 if EVERYWHERE else 4
ORDERS = 296 if EVERYWHERE else 40
"""How many orders each worker leads to their ends; together 24,000 commands in `make test-slow`."""
KILLS = 25 if EVERYWHERE else 3
"""How often each worker is killed."""
SHUTDOWNS = 6 if EVERYWHERE else 1

Promise = Callable[[int, str], None]


@attrs.define
class Stream:
    """The commands of one worker, who is killed now and then and sends the last three again."""

    database: Path
    name: int
    kills: int
    chance: random.Random
    done: int = 0
    killed: int = 0

    @property
    def commands(self) -> int:
        return sum(1 for i in range(ORDERS) for _ in life(self.name * 100_000 + i))

    def run(self) -> int:
        """Go on to the end, and say how many commands were acknowledged."""
        reach = self.commands // (self.kills + 1)
        while not self.hear(self.chance.randint(1, reach) if self.killed < self.kills else None):
            self.killed += 1
            self.done = max(0, self.done - 3)
        return self.done

    def hear(self, after: int | None) -> bool:
        """Listen from the `done`-th command on; kill -9 an instant after so many of them.

        Whether the stream has come to its end.
        """
        asked = [str(self.database), str(self.name), str(ORDERS), str(self.done)]
        command = [sys.executable, "-m", "tests.workers", "live", *asked]
        heard, ended = 0, False
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line == "end\n":
                    ended = True
                    continue
                self.done = int(line) + 1
                heard += 1
                if heard == after:
                    time.sleep(self.chance.random() * 0.002)  # somewhere in those that follow
                    process.kill()
        assert process.returncode == (0 if ended else -signal.SIGKILL)
        return ended


def streams(database: Path, kills: int) -> list[Stream]:
    """One for each worker, with goods enough for all of them."""
    flow(str(database)).receive(LAMP, 3 * ORDERS * WORKERS)
    return [Stream(database, i, kills, random.Random(f"{i}")) for i in range(1, WORKERS + 1)]


def run_all(workers: list[Stream]) -> list[int]:
    """Run them side by side, and say how many commands of each were acknowledged."""
    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(Stream.run, workers))


def assert_each_command_once(database: Path, workers: list[Stream], done: list[int]) -> None:
    """All that was acknowledged is there, in its order, once; and every law holds."""
    assert done == [worker.commands for worker in workers]
    with opened(database) as store:
        keys = [entry.key for entry in store.entries(after=1)]
        for worker in workers:
            mine = [key for key in keys if key.startswith(f"{worker.name}/")]
            assert mine == [f"{worker.name}/{i}" for i in range(worker.commands)]
        assert len(keys) == sum(done)
        assert [law for law in audit(store) if law.breaches] == []


@pytest.mark.parametrize("kind", KINDS if EVERYWHERE else ("sqlite",))
def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path, kind: str, promise: Promise) -> None:
    database = tmp_path / f"killed.{kind}"
    workers = streams(database, KILLS)

    done = run_all(workers)

    assert [worker.killed for worker in workers] == [KILLS] * WORKERS
    assert_each_command_once(database, workers, done)
    if kind == "sqlite":
        with closing(sqlite3.connect(database)) as file:
            assert file.execute("pragma integrity_check").fetchall() == [("ok",)]
    told = f"{sum(done):,} commands, {KILLS * WORKERS} kills, 0 lost, 0 done twice"
    promise(4, f"{kind}: {told}")


# --- a server that goes down ---------------------------------------------------------------------


@pytest.fixture
def mortal(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The folder of a server that keeps what it has said, and that a test may take down."""
    data = tmp_path_factory.mktemp("pg") / "data"
    monkeypatch.setenv(servers.URL, servers.apart("start", data))
    yield data
    servers.apart("stop", data)


def take_down(data: Path) -> None:
    """Shut a server down at once, in the middle of whatever it does, and start it again."""
    here = data / "postmaster.pid"
    os.kill(int(here.read_text().split()[0]), signal.SIGQUIT)
    while here.exists():
        time.sleep(0.02)
    assert servers.apart("start", data) == os.environ[servers.URL]


def test_a_server_that_goes_down_loses_nothing_that_was_acknowledged(
    mortal: Path, tmp_path: Path, promise: Promise
) -> None:
    database = tmp_path / "down.postgres"
    workers = streams(database, 5 if EVERYWHERE else 0)
    over, down = Event(), 0

    def shut_down() -> int:
        times, chance = 0, random.Random(6)
        while times < SHUTDOWNS and not over.wait(1 + chance.random()):
            take_down(mortal)
            times += 1
        return times

    with ThreadPoolExecutor(1) as other:
        shutting = other.submit(shut_down)
        done = run_all(workers)
        over.set()
        down = shutting.result()

    assert down == SHUTDOWNS
    assert_each_command_once(database, workers, done)
    promise(4, f"PostgreSQL: {sum(done):,} commands, {down} immediate shutdowns, 0 lost, 0 twice")
