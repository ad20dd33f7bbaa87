"""What goes wrong on a cluster while lines keep coming: each must be there once afterwards."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from kube import (
    NAMESPACE,
    attempted,
    fetched,
    is_gone,
    kubectl,
    labelled_pods,
    pods,
    running_pods,
    state,
    wait_until,
)
from suite import API_LABELS, FEED, JOBS, NEXT_IMAGE, START_TIMEOUT_S, Suite, api_image
from support.outcome_table import Outcome
from support.server_faults import Servers

from millrace.config import Server

LINES_OF_A_FAULT = 4_000
DOWN_S = 5
CUT_S = 60


@contextmanager
def _lines_flow(suite: Suite) -> Iterator[None]:
    """Lines keep coming while something goes wrong."""
    is_over = threading.Event()

    def feed() -> None:
        while not is_over.wait(1):
            suite.lines.send(200)

    sender = threading.Thread(target=feed)
    sender.start()
    try:
        yield
    finally:
        is_over.set()
        sender.join()


def _wait_for_flow(suite: Suite, outcome: Outcome, jobs: Sequence[str], began: float) -> None:
    """Notes how long it took until lines landed again, of lines that keep coming."""
    before = {job: suite.landed(job) or 0 for job in jobs}
    wait_until(
        lambda: all((suite.landed(job) or 0) > before[job] for job in jobs),
        f"lines flow into {', '.join(jobs)}",
        timeout_s=START_TIMEOUT_S,
    )
    outcome.restart_s = time.monotonic() - began


def _judge(suite: Suite, outcome: Outcome) -> None:
    """All that was sent must be there once, by a count of its own and by the suite's proof."""
    for job in JOBS:
        suite.wait_for_all(job)
    differences = [suite.differences(job) for job in JOBS]
    outcome.lines = len(suite.lines.sent)
    outcome.missing = sum(missing for missing, _ in differences)
    outcome.doubled = sum(doubled for _, doubled in differences)
    outcome.is_reconciled = suite.proof("--feed", FEED) == "COMPLETED"
    assert (outcome.missing, outcome.doubled, outcome.is_reconciled) == (0, 0, True)


def _delete(job: str, role: str) -> None:
    kubectl("delete", "pod", running_pods(job, role)[0], "--wait=false")


def _kill(job: str, role: str) -> None:
    """SIGKILL, from within, for the process that does the work."""
    program = "jobs/" if role == "driver" else "KubernetesExecutorBackend"
    script = (
        "for p in /proc/[0-9]*; do pid=${p#/proc/}; "
        f'[[ $pid == 1 || $pid == $$ ]] || ! grep -q "{program}" $p/cmdline 2>/dev/null '
        "|| kill -9 $pid; done"
    )
    attempted("exec", running_pods(job, role)[0], "--", "bash", "-c", script)


_PODS: list[tuple[str, str, str, Callable[[str, str], None]]] = [
    *(("driver's pod deleted", job, "driver", _delete) for job in JOBS),
    ("executor's pod deleted", "ingest", "executor", _delete),
    ("executor's pod deleted", "aggregate", "executor", _delete),
    ("driver killed by SIGKILL", "ingest", "driver", _kill),
    ("driver killed by SIGKILL", "aggregate", "driver", _kill),
    ("executor killed by SIGKILL", "archive", "executor", _kill),
]


@pytest.mark.parametrize(("fault", "job", "role", "do"), _PODS)
def test_a_pod_that_is_lost_loses_nothing(
    suite: Suite, outcome: Outcome, fault: str, job: str, role: str, do: Callable[[str, str], None]
) -> None:
    outcome.fault, outcome.job = fault, job
    wait_until(suite.is_running, "all jobs run", timeout_s=START_TIMEOUT_S)
    before = {pod["metadata"]["uid"] for pod in pods(job, role)}
    suite.lines.send(LINES_OF_A_FAULT)
    with _lines_flow(suite):
        do(job, role)
        began = time.monotonic()
        wait_until(
            lambda: any(pod["metadata"]["uid"] not in before for pod in pods(job, role)),
            f"another {role} of {job}",
            timeout_s=START_TIMEOUT_S,
        )
        _wait_for_flow(suite, outcome, [job], began)
    _judge(suite, outcome)


@pytest.mark.parametrize("server", ["mongo", "kafka", "mysql"])
def test_a_server_that_restarts_loses_nothing(
    suite: Suite, servers: Servers, outcome: Outcome, server: Server
) -> None:
    outcome.fault, outcome.job = f"{server} killed and started again", "all"
    wait_until(suite.is_running, "all jobs run", timeout_s=START_TIMEOUT_S)
    suite.lines.send(LINES_OF_A_FAULT)
    servers.kill(server)
    time.sleep(DOWN_S)
    servers.up()
    began = time.monotonic()
    with _lines_flow(suite):
        _wait_for_flow(suite, outcome, JOBS, began)
    _judge(suite, outcome)


def test_a_network_that_is_cut_for_a_minute_loses_nothing(suite: Suite, outcome: Outcome) -> None:
    outcome.fault, outcome.job = f"no network to MongoDB for {CUT_S} s", "ingest"
    if os.geteuid() != 0 or not shutil.which("iptables"):
        pytest.skip("NOT CHECKED: to cut the network needs root and iptables on this machine")
    wait_until(suite.is_running, "all jobs run", timeout_s=START_TIMEOUT_S)
    suite.lines.send(LINES_OF_A_FAULT)
    port = suite.conf.mongo.uri.rpartition(":")[2].partition("/")[0]
    host = suite.conf.mysql.host
    rule = ["INPUT", "-p", "tcp", "--dport", port, "!", "-s", host, "-j", "DROP"]
    with _lines_flow(suite):
        subprocess.run(["iptables", "-I", *rule], check=True)
        try:
            time.sleep(CUT_S)
        finally:
            subprocess.run(["iptables", "-D", *rule], check=True)
        _wait_for_flow(suite, outcome, ["ingest"], time.monotonic())
    _judge(suite, outcome)


def test_suspended_jobs_end_in_order_and_go_on_where_they_were(
    suite: Suite, outcome: Outcome
) -> None:
    outcome.fault, outcome.job = "suspended and resumed", "ingest"
    wait_until(suite.is_running, "all jobs run", timeout_s=START_TIMEOUT_S)
    suite.lines.send(LINES_OF_A_FAULT)
    _suspend("ingest", "true")
    wait_until(lambda: state("ingest") == "SUSPENDED", "suspended", timeout_s=START_TIMEOUT_S)
    wait_until(lambda: is_gone("ingest-driver"), "its driver gone", timeout_s=START_TIMEOUT_S)
    suite.lines.send(LINES_OF_A_FAULT)
    began = time.monotonic()
    _suspend("ingest", "false")
    with _lines_flow(suite):
        _wait_for_flow(suite, outcome, ["ingest"], began)
    _judge(suite, outcome)


def _suspend(job: str, is_suspended: str) -> None:
    patch = f'{{"spec":{{"suspend":{is_suspended}}}}}'
    kubectl("patch", "sparkapplication", job, "--type", "merge", "-p", patch)


def test_a_roll_to_another_image_loses_nothing(suite: Suite, outcome: Outcome) -> None:
    outcome.fault, outcome.job = f"rolled to {NEXT_IMAGE}", "all"
    wait_until(suite.is_running, "all jobs run", timeout_s=START_TIMEOUT_S)
    suite.lines.send(LINES_OF_A_FAULT)
    began = time.monotonic()
    with _lines_flow(suite):
        suite.deploy(NEXT_IMAGE)
        _wait_for_flow(suite, outcome, JOBS, began)
    for job in JOBS:
        (driver,) = pods(job, "driver")
        assert driver["spec"]["containers"][0]["image"] == NEXT_IMAGE
    for pod in labelled_pods(API_LABELS):
        assert pod["spec"]["containers"][0]["image"] == api_image(NEXT_IMAGE)
    _judge(suite, outcome)


def test_a_driver_that_is_deleted_ends_its_batch_and_then_with_0(suite: Suite) -> None:
    wait_until(suite.is_running, "all jobs run", timeout_s=START_TIMEOUT_S)
    name = "archive-driver"
    command = ["kubectl", "--namespace", NAMESPACE, "logs", "--follow", "--tail", "20", name]
    _hold(name, '["millrace.test/hold"]')
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as following:
            suite.lines.send(LINES_OF_A_FAULT)
            kubectl("delete", "pod", name, "--wait=false")
            wait_until(lambda: _exit_code(name) is not None, "it ended", timeout_s=START_TIMEOUT_S)
            code = _exit_code(name)
            said, _ = following.communicate(timeout=30)
    finally:
        _hold(name, "null")
    assert code == 0, said[-2000:]
    assert "stopping after the running batches" in said


def _hold(pod: str, finalizers: str) -> None:
    """A pod with a finalizer is there after its end, and can be asked how it ended."""
    patch = f'{{"metadata":{{"finalizers":{finalizers}}}}}'
    kubectl("patch", "pod", pod, "--type", "merge", "-p", patch)


def _exit_code(pod: str) -> int | None:
    (container,) = fetched("pod", pod)["status"]["containerStatuses"]
    terminated = container["state"].get("terminated")
    return int(terminated["exitCode"]) if terminated else None
