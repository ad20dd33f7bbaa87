"""Removes what the servers have stored."""

import shutil

from millrace.config import Config
from millrace.errors import StackError
from millrace.stack import processes
from millrace.stack.servers import exclusively, folders


def remove_data(conf: Config) -> None:
    """Removes the data of all servers under ``conf.stack.directory``; their passwords stay.

    Raises StackError while one of them runs; nothing is removed then.
    """
    places = folders(conf)
    with exclusively(places):
        for pid_file in sorted(places.run.glob("*.pid")):
            if processes.running(pid_file):
                raise StackError(f"{pid_file.stem} is running: stop it first (millrace down)")
        for data in places.data.iterdir():
            # Of a server that root may not run, the data are where another user can get to.
            if data.is_symlink():
                shutil.rmtree(data.resolve(), ignore_errors=True)
        shutil.rmtree(places.data)
