"""The query API on a real cluster: its pods are ready, its Service answers who has the token."""

import json
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from kube import forwarded, kubectl, labelled_pods
from suite import API_LABELS, FEED, IMAGE, Suite, api_image

from millrace.api.client import Client

LINES = 1_000
_PODS = 2


@pytest.fixture(scope="module")
def address(suite: Suite) -> Iterator[str]:
    """The API's Service, from this machine."""
    with forwarded("service/api", 8080) as port:
        yield f"http://localhost:{port}"


def test_its_pods_are_ready_with_the_image_of_the_same_tag(suite: Suite) -> None:
    pods = labelled_pods(API_LABELS)
    assert len(pods) == _PODS
    for pod in pods:
        (container,) = pod["status"]["containerStatuses"]
        assert (container["ready"], container["restartCount"]) == (True, 0)
        assert pod["spec"]["containers"][0]["image"] == api_image(IMAGE)
    of_service = ("--selector", "kubernetes.io/service-name=api", "--output", "json")
    slices = json.loads(kubectl("get", "endpointslices", *of_service))["items"]
    ends = [end for part in slices for end in part["endpoints"] if end["conditions"]["ready"]]
    assert len(ends) == _PODS


def test_probes_need_no_token_and_all_servers_answer_it(address: str) -> None:
    with urlopen(f"{address}/health") as answer:
        assert json.load(answer)["status"] == "ok"


def test_without_a_token_nothing_is_told(address: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{address}/v1/logs?feed={FEED}")
    assert refused.value.code == 401


def test_the_console_is_in_the_image(address: str) -> None:
    with urlopen(f"{address}/console/") as answer:
        assert "text/html" in answer.headers["Content-Type"]


def test_who_has_the_token_finds_the_very_lines_that_were_sent(suite: Suite, address: str) -> None:
    suite.lines.send(LINES)
    suite.wait_for_all("ingest")
    wanted = sorted(item.line.raw.decode() for item in suite.lines.sent if item.line.is_record)
    with Client(address, suite.token) as client:
        found = sorted(line["raw"] for line in client.search("", "now-3d", feeds=FEED))
    assert found == wanted
