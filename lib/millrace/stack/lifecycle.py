"""Starts and ends the servers, and says how each of them is."""

import platform
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal

from rich.console import Console
from rich.progress import Progress

from millrace.config import (
    Addition,
    Changes,
    Config,
    ConfigurationError,
    passwords,
    with_passwords,
)
from millrace.config import Server as Kind
from millrace.errors import StackError
from millrace.setup.java import check_java
from millrace.stack import (
    api,
    clients,
    connect,
    kafka,
    mariadb,
    mongod,
    postgres,
    processes,
    reconcile,
)
from millrace.stack.country import install_country_database
from millrace.stack.one_server import bring_up, end
from millrace.stack.progress import Say, raise_failures, shown, shown_progress
from millrace.stack.servers import Folders, Server, exclusively, folders, is_open

MAKERS: dict[Kind, Callable[[Config, Folders], Server]] = {
    "kafka": kafka.server,
    "mongo": mongod.server,
    "mysql": mariadb.server,
    "api": api.server,
    "reconcile": reconcile.server,
}
FOR_CHANGES: tuple[Callable[[Config, Folders, Changes], Server | None], ...] = (
    postgres.source,
    mariadb.source,
    mongod.source,
    connect.server,
)
OURS: tuple[Kind, ...] = ("api", "reconcile")  # they read the others
AFTER_OTHERS = (*OURS, "connect")
NEED_JAVA = ("kafka", "mysql", "connect")  # by itself, and to be downloaded


@dataclass(frozen=True)
class ServerStatus:
    """How one server is: ``version`` and ``pid`` are None where they are not known."""

    kind: Kind
    version: str | None
    address: str
    pid: int | None
    state: Literal["running", "stopped", "external", "unreachable"]


def up(conf: Config, console: Console, additions: Collection[Addition] = ()) -> Config:
    """Starts the servers that ``conf`` places on this machine, and waits until all are ready.

    Those of ``additions`` as well: of change data capture, of the warehouse; raises
    ConfigurationError where the configuration has none.
    One that runs already is left alone, but for our own, which are to go by ``conf`` as it is now.
    Downloads what is missing, the country database included. Returns the configuration with the
    servers' passwords, which the first start makes.
    Raises StackError where a server cannot be had; the others stay up. Raises ConfigurationError
    where ``conf`` asks for what they cannot do.
    """
    places = folders(conf)
    chosen = {*conf.stack.servers}
    for addition in additions:
        _refuse_undescribed(conf, addition)
        chosen |= {*conf.stack.added(addition)}
    _refuse_machine(_embedded(conf, places, chosen))
    interrupted = threading.Event()
    with exclusively(places), shown_progress(console) as progress, ThreadPoolExecutor() as pool:
        conf = _with_passwords(conf, places, console, chosen)
        tasks, later = (
            {
                server.title: partial(bring_up, server, places, interrupted)
                for server in _embedded(conf, places, chosen)
                if (server.kind in AFTER_OTHERS) == is_later
            }
            for is_later in (False, True)
        )
        countries = {"Countries": partial(_bring_countries, conf, places)}
        try:
            _run_all(tasks | countries, progress, pool)
            clients.write_settings(conf, places)
            _run_all(later, progress, pool)
        except BaseException:
            interrupted.set()
            raise
    return conf


def _refuse_undescribed(conf: Config, addition: Addition) -> None:
    if not (getattr(conf, addition) and conf.stack.added(addition)):
        raise ConfigurationError(
            f"{conf.file}: --with {addition} needs the section {addition}, and stack.{addition}"
            f" with the servers that are to be started for it: see docs/{addition}.md"
        )


def _run_all(
    tasks: Mapping[str, Callable[[Say], None]], progress: Progress, pool: ThreadPoolExecutor
) -> None:
    raise_failures([pool.submit(shown(progress, title, task)) for title, task in tasks.items()])


def down(conf: Config, console: Console, *, only: Collection[Kind] | None = None) -> None:
    """Ends the servers that ``up`` started, or some ``only`` of these, and no others.

    Raises StackError where one does not end.
    """
    places = folders(conf)
    if not places.run.is_dir():
        console.print("no servers were started here")
        return
    with exclusively(places), shown_progress(console) as progress, ThreadPoolExecutor() as pool:
        servers = [
            server
            for server in _servers(conf, places)
            if (server.kind in conf.stack.servers or places.pid_file(server.kind).exists())
            and (only is None or server.kind in only)
        ]
        _run_all({s.title: partial(end, s, places) for s in servers}, progress, pool)


def status(conf: Config) -> list[ServerStatus]:
    """How each server is, also those that run elsewhere; of our own only those of this stack.

    Of those for change data capture and the warehouse, those that were started here.
    """
    places = folders(conf)
    shown = {kind for kind in MAKERS if kind not in OURS or kind in conf.stack.servers}
    servers = [
        server
        for server in _servers(conf, places)
        if server.kind in shown or places.pid_file(server.kind).exists()
    ]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(partial(_status, conf, places), servers))


def _servers(conf: Config, places: Folders) -> list[Server]:
    servers: list[Server | None] = [make(conf, places) for make in MAKERS.values()]
    if conf.changes:
        servers += [make(conf, places, conf.changes) for make in FOR_CHANGES]
    if conf.warehouse:
        servers.append(postgres.warehouse(conf, places, conf.warehouse))
    return [server for server in servers if server is not None]


def _embedded(conf: Config, places: Folders, chosen: Collection[Kind]) -> list[Server]:
    """Those of the ``chosen`` kinds that this machine runs."""
    return [
        server
        for server in _servers(conf, places)
        if server.kind in chosen and server.address.is_embedded(conf.stack)
    ]


def _with_passwords(
    conf: Config, places: Folders, console: Console, chosen: Collection[Kind]
) -> Config:
    """``conf`` with passwords, made where there are none; says so where there is data already."""
    embedded = {server.kind for server in _embedded(conf, places, chosen)}
    with_users = [kind for kind in passwords.NAMES if kind in embedded]
    if not with_users:
        return conf
    try:
        new = passwords.make(conf.stack, with_users)
    except OSError as error:
        raise StackError(f"{passwords.file(conf.stack)}: {error.strerror}") from None
    if any((places.data / kind).exists() for kind in new):
        console.print(
            "the existing data had no users, or their passwords were lost: new users are created,"
            " and the data is kept (see millrace status --secrets)",
            highlight=False,
            soft_wrap=True,
        )
    return with_passwords(conf)


def _refuse_machine(servers: list[Server]) -> None:
    if servers and (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise StackError("the embedded servers run on Linux x86-64 only: set stack.servers: []")
    for server in servers:
        for key, is_plain in server.is_plain.items():
            if not is_plain:
                raise ConfigurationError(
                    f"{key}: the embedded {server.title} speaks plain text: remove this key"
                )
    if any(server.kind in NEED_JAVA for server in servers):
        check_java()


def _bring_countries(conf: Config, places: Folders, say: Say) -> None:
    path = conf.enrichment.country_database
    if not path.exists():
        say("downloading")
        install_country_database(path, places.downloads)
    say("ready")


def _status(conf: Config, places: Folders, server: Server) -> ServerStatus:
    def row(state: Literal["running", "stopped", "external", "unreachable"]) -> ServerStatus:
        return ServerStatus(server.kind, version, server.address.text, pid, state)

    version = pid = None
    if not server.address.is_embedded(conf.stack):
        nodes = server.address.nodes
        is_reached = not nodes or any(is_open(host, port) for host, port in nodes)
        return row("external" if is_reached else "unreachable")
    process = processes.running(places.pid_file(server.kind))
    if process is None:
        return row("stopped")
    version, pid = server.version(), process.pid
    return row("running" if version else "unreachable")
