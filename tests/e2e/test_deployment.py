"""The three jobs on a real cluster: every object is taken, and all lines arrive once."""

import pytest
import yaml
from kube import kubectl, labelled_pods, running_pods, state, wait_until
from manifests.rendered import OVERLAYS, WITH_CHANGES, rendered
from suite import API_LABELS, JOBS, START_TIMEOUT_S, Suite
from support.lines import recent
from support.server_faults import Servers

from millrace.io import mongo, mysql
from millrace.records.formats import Layout
from millrace.simulate.send import send

LINES_OF_A_FEED = 50_000
MONITORING = "monitoring.coreos.com/"
GENERATED: tuple[Layout, ...] = ("app", "shop", "syslog")


@pytest.mark.parametrize("overlay", [*OVERLAYS, WITH_CHANGES, "warehouse"])
def test_the_server_takes_every_object_of_an_overlay(suite: Suite, overlay: str) -> None:
    known = kubectl("api-versions").split()
    manifests = rendered(overlay)
    takable = [item for item in manifests if item["apiVersion"] in known]
    left_out = {item["apiVersion"] for item in manifests if item not in takable}
    assert all(version.startswith(MONITORING) for version in left_out)
    text = yaml.safe_dump_all(takable)
    said = kubectl(
        "apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", "-", given=text
    )
    assert len(said.splitlines()) == len(takable)


def test_each_job_is_a_driver_and_executors_in_pods_of_their_own(suite: Suite) -> None:
    for job in JOBS:
        assert state(job) == "RUNNING"
        names = [*running_pods(job, "driver"), *running_pods(job, "executor")]
        assert len(set(names)) == 3
    print(kubectl("get", "sparkapplications"))
    print(kubectl("get", "pods", "--output", "wide"))


def test_every_process_of_a_pod_runs_as_user_185(suite: Suite) -> None:
    listing = 'for p in /proc/[0-9]*; do echo "$(stat -c %u $p) $(tr "\\0" " " < $p/cmdline)"; done'
    names = [running_pods(job, role)[0] for job in JOBS for role in ("driver", "executor")]
    names += [pod["metadata"]["name"] for pod in labelled_pods(API_LABELS)]
    for name in names:
        said = kubectl("exec", name, "--", "bash", "-c", f"{listing} 2>/dev/null")
        lines = [line for line in said.splitlines() if len(line.split()) > 1]
        print(name, *(line[:90] for line in lines), sep="\n  ")
        assert {line.split()[0] for line in lines} == {"185"}


def test_all_lines_of_all_formats_arrive_once(suite: Suite, servers: Servers) -> None:
    conf = servers.conf
    suite.lines.send(LINES_OF_A_FEED)
    for seed, format in enumerate(GENERATED):
        made = recent(format, LINES_OF_A_FEED, seed=seed, minutes=8, faults=1)
        send(conf.kafka, conf.feed(format).topic, made)
    database = mongo.database(conf.mongo)
    for format in GENERATED:
        wait_until(
            lambda format=format: (  # type: ignore[misc]
                database[format].count_documents({})
                + database.dead_letters.count_documents({"feed": format})
                == LINES_OF_A_FEED
            ),
            f"all of {format} in MongoDB",
            timeout_s=START_TIMEOUT_S,
        )
        records = database[format].count_documents({})
        statement = f"SELECT SUM(events) AS n FROM levels_by_minute WHERE feed = '{format}'"

        def counted(statement: str = statement) -> int:
            with mysql.connection(conf.mysql) as opened, opened.cursor() as cursor:
                cursor.execute(statement)
                row = cursor.fetchone()
            return int((row or {}).get("n") or 0)

        wait_until(
            lambda counted=counted, records=records: counted() == records,  # type: ignore[misc]
            f"all records of {format} counted in MySQL",
            timeout_s=START_TIMEOUT_S,
        )
    for job in JOBS:
        suite.wait_for_all(job)
        assert suite.differences(job) == (0, 0)
    assert suite.proof() == "COMPLETED"
