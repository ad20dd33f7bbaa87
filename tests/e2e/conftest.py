"""The suite on the cluster that KUBECONFIG names, its servers on the machine of the tests.

The local overlay says where pods find the servers; it must be an address of this machine. The image
is to be on the nodes, under two tags: MILLRACE_K8S_IMAGE and MILLRACE_K8S_NEXT_IMAGE; and so is the
API's, whose name is that of the jobs' with `-api` before the tag.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from kube import NAMESPACE, applied, kubectl, wait_until
from rich.console import Console
from suite import FEED, IMAGE, Suite, overlay_settings, volume_folder
from support.marked_lines import marked_lines
from support.outcome_table import Outcome, show
from support.pipeline import ROOT
from support.server_faults import Servers

from millrace.api.tokens import READ
from millrace.io import kafka

OUTCOMES = pytest.StashKey[list[Outcome]]()
LINES_BEGIN_HOURS_AGO = 48
_PART_OF = "app.kubernetes.io/part-of=millrace"
_PASSWORDS = ("MILLRACE__MONGO__PASSWORD", "MILLRACE__MYSQL__PASSWORD")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Kafka, MongoDB and MariaDB where the local overlay has pods look for them."""
    settings = overlay_settings()
    os.environ |= settings
    for name in _PASSWORDS:
        os.environ.setdefault(name, secrets.token_urlsafe(16))
    os.environ |= {
        "MILLRACE__STACK__DIRECTORY": str(tmp_path_factory.mktemp("servers")),
        "MILLRACE__STACK__SERVERS": '["kafka", "mongo", "mysql"]',
        "MILLRACE__STACK__LISTEN": settings["MILLRACE__MYSQL__HOST"],
        "MILLRACE__ENRICHMENT__COUNTRY_DATABASE": str(tmp_path_factory.mktemp("geo") / "geo.mmdb"),
        "MILLRACE__KAFKA__PARTITIONS": "2",
    }
    servers = Servers(ROOT / "conf" / "k8s.yaml")
    servers.up()
    try:
        kafka.create_topics(servers.conf.kafka, [feed.topic for feed in servers.conf.feeds])
        yield servers
    finally:
        servers.down()


@pytest.fixture(scope="session")
def suite(servers: Servers) -> Iterator[Suite]:
    """The three jobs and the API, deployed by deploy.sh on empty servers and an empty volume."""
    applied({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    token = secrets.token_urlsafe(24)
    _keep_secret("millrace", {name: os.environ[name] for name in _PASSWORDS})
    _keep_secret("millrace-api", {READ: token})
    _remove_workloads()
    conf = servers.conf
    lines = marked_lines(conf.kafka, conf.feed(FEED).topic, hours_ago=LINES_BEGIN_HOURS_AGO)
    suite = Suite(conf, lines, token)
    try:
        folder = _emptied_volume()
        suite.deploy(IMAGE)
        if folder:
            storage = conf.storage.model_copy(update={"archive": str(folder / "archive")})
            suite.conf = conf.model_copy(update={"storage": storage})
        yield suite
    finally:
        _remove_workloads()


def _keep_secret(name: str, content: dict[str, str]) -> None:
    metadata = {"name": name, "namespace": NAMESPACE}
    applied({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": content})


def _emptied_volume() -> Path | None:
    """Earlier checkpoints know other topics: they go, where the volume is this machine's."""
    volume = ROOT / "spark-k8s" / "components" / "one-node" / "volume.yaml"
    kubectl("apply", "--server-side", "--filename", str(volume))
    wait_until(
        lambda: "Bound" in kubectl("get", "persistentvolumeclaim", "millrace"),
        "the volume claim is bound",
        timeout_s=60,
    )
    folder = volume_folder()
    for name in ("checkpoints", "archive") if folder else ():
        shutil.rmtree(Path(str(folder)) / name, ignore_errors=True)
    return folder


def _remove_workloads() -> None:
    kinds = "scheduledsparkapplications,sparkapplications,deployments"
    kubectl("delete", kinds, "--all", "--ignore-not-found", "--wait=true")
    wait_until(
        lambda: not kubectl("get", "pods", "--selector", _PART_OF, "--output", "name"),
        "the pods are gone",
        timeout_s=180,
    )


@pytest.fixture
def outcome(request: pytest.FixtureRequest) -> Outcome:
    """A row of the table that is shown at the end."""
    row = Outcome("", "")
    request.config.stash.setdefault(OUTCOMES, []).append(row)
    return row


def pytest_unconfigure(config: pytest.Config) -> None:
    """Shows what became of each fault."""
    outcomes = config.stash.get(OUTCOMES, [])
    if outcomes:
        show(outcomes, Console(width=130))
