"""Lines as Filebeat, Fluent Bit, Vector and Logstash wrap them.

FOUND: what is shown -> line, the line inside, attributes, the shipper's time, and what differs:
``kind`` is the format's (else ``text``), ``timezone`` the feed's; ``auto`` is False where the
envelope must be named. LETTERS: what is shown -> line, reason, a part of the detail.
"""

from json import dumps
from typing import Any

ACCESS = '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET /cart?id=7 HTTP/1.1" 200 512'
PINO = '{"level":40,"time":1774778400123,"msg":"stock low"}'
SHIPPED = "2026-03-29T10:00:05.500Z"

Found = dict[str, tuple[Any, ...]]
Letters = dict[str, tuple[Any, ...]]


def text(sent: object) -> str:
    """As shippers write JSON: without spaces."""
    return dumps(sent, separators=(",", ":"), ensure_ascii=False)


def _beat(message: object = ACCESS, **more: object) -> str:
    agent = {"type": "filebeat", "name": "web-1", "version": "9.1.0"}
    own = {"beat": "filebeat", "type": "_doc", "version": "9.1.0"}
    sent = {"@timestamp": SHIPPED, "@metadata": own, "message": message, "agent": agent, **more}
    return text({key: value for key, value in sent.items() if value is not None})


def _fluent(**members: object) -> str:
    return text({"@timestamp": 1774778405.5, **members})


def _vector(**members: object) -> str:
    return text({"source_type": "file", "timestamp": "2026-03-29T10:00:05.5Z", **members})


def _logstash(**members: object) -> str:
    return text({"@version": "1", "@timestamp": SHIPPED, **members})


_SHOP_POD = {
    "k8s.pod.name": "cart-1",
    "k8s.pod.uid": "u-1",
    "k8s.pod.ip": "192.0.2.40",
    "k8s.namespace.name": "shop",
    "k8s.node.name": "n-1",
    "k8s.container.name": "cart",
}

FILEBEAT: Found = {
    "a file's line": (
        _beat(
            log={"offset": 4096, "file": {"path": "/var/log/nginx/access.log"}},
            input={"type": "filestream"},
            ecs={"version": "8.0.0"},
            host={"name": "web-1"},
        ),
        ACCESS,
        {"log.offset": "4096", "log.file.path": "/var/log/nginx/access.log", "host.name": "web-1"},
        SHIPPED,
    ),
    "a pod's line": (
        _beat(
            stream="stdout",
            kubernetes={
                "pod": {"name": "cart-1", "uid": "u-1", "ip": "192.0.2.40"},
                "namespace": "shop",
                "node": {"name": "n-1", "labels": {"disk": "ssd"}},
                "container": {"name": "cart"},
                "labels": {"app_kubernetes_io/name": "cart"},
                "annotations": {"team": "pay"},
                "replicaset": {"name": "cart-6d"},
            },
            container={"id": "containerd://3f2a", "image": {"name": "example.com/cart:1.4"}},
        ),
        ACCESS,
        _SHOP_POD
        | {
            "log.iostream": "stdout",
            "k8s.node.label.disk": "ssd",
            "k8s.pod.label.app_kubernetes_io/name": "cart",
            "k8s.pod.annotation.team": "pay",
            "k8s.replicaset.name": "cart-6d",
            "container.id": "3f2a",
            "container.image.name": "example.com/cart:1.4",
        },
        SHIPPED,
    ),
    "keys with dots are paths": (
        text(
            {
                "@timestamp": SHIPPED,
                "message": ACCESS,
                "agent.type": "filebeat",
                "host.name": "web-1",
                "kubernetes.pod.name": "cart-1",
                "kubernetes.namespace": "shop",
            }
        ),
        ACCESS,
        {
            "agent.type": "filebeat",
            "host.name": "web-1",
            "k8s.pod.name": "cart-1",
            "k8s.namespace.name": "shop",
        },
        SHIPPED,
    ),
    "fields and tags of one's own": (
        _beat(fields={"env": "prod", "site": {"rack": 7}}, tags=["web", "eu"], service="cart"),
        ACCESS,
        {"env": "prod", "site.rack": "7", "tags": '["web","eu"]', "service": "cart"},
        SHIPPED,
    ),
    "lines joined, and cut": (
        _beat("first\nsecond", log={"flags": ["multiline", "truncated"]}),
        "first\nsecond",
        {"log.multiline": "true", "log.truncated": "true"},
        SHIPPED,
    ),
    "a mark of the agent alone": (
        text({"@timestamp": SHIPPED, "message": ACCESS, "agent": {"type": "filebeat"}}),
        ACCESS,
        {},
        SHIPPED,
    ),
    "an old one's names": (
        text(
            {
                "@timestamp": SHIPPED,
                "@metadata": {"beat": "filebeat", "type": "doc", "version": "6.8.0"},
                "source": "/var/log/app.log",
                "offset": 120,
                "beat": {"name": "b", "hostname": "web-1", "version": "6.8.0"},
                "message": ACCESS,
            }
        ),
        ACCESS,
        {"log.file.path": "/var/log/app.log", "log.offset": "120", "host.name": "web-1"},
        SHIPPED,
    ),
    "absent values are none": (
        _beat(host={"name": "-", "id": ""}, cloud={"region": "eu-1", "zone": {}}),
        ACCESS,
        {"cloud.region": "eu-1"},
        SHIPPED,
    ),
    "a time that cannot be read is kept": (
        _beat(**{"@timestamp": "yesterday"}),
        ACCESS,
        {"@timestamp": "yesterday"},
        None,
    ),
    "the end of the line and a byte order mark": (
        _beat(f"\ufeff{ACCESS}\r\n"),
        ACCESS,
        {},
        SHIPPED,
    ),
    "an object as text": (_beat(PINO), PINO, {}, SHIPPED, {"kind": "json"}),
    "an object as such": (
        _beat({"level": "warn", "n": 1.10}),
        '{"level":"warn","n":1.1}',
        {},
        SHIPPED,
        {"kind": "json"},
    ),
    "an object that was decoded into json": (
        _beat(None, json={"level": "warn", "msg": "low"}, host={"name": "web-1"}),
        '{"level":"warn","msg":"low"}',
        {"host.name": "web-1"},
        SHIPPED,
        {"kind": "json"},
    ),
    "an object that was decoded to the top": (
        _beat(
            "stock low",
            log={"level": "warn", "offset": 17, "file": {"path": "/var/log/a.log"}},
            host={"name": "web-1"},
            sku="A-17",
        ),
        '{"message":"stock low","log":{"level":"warn"},"sku":"A-17"}',
        {"log.offset": "17", "log.file.path": "/var/log/a.log", "host.name": "web-1"},
        SHIPPED,
        {"kind": "json"},
    ),
    "decoded, with a message that begins with a brace": (
        _beat("{id} is gone", level="warn"),
        '{"message":"{id} is gone","level":"warn"}',
        {},
        SHIPPED,
        {"kind": "json"},
    ),
    "decoded beside the line itself": (
        _beat(PINO, level=40, msg="stock low", env="prod"),
        PINO,
        {"env": "prod"},
        SHIPPED,
        {"kind": "json"},
    ),
    "text for a format that reads objects": (
        _beat("plain", tags=["web"], host={"name": "web-1"}),
        "plain",
        {"tags": '["web"]', "host.name": "web-1"},
        SHIPPED,
        {"kind": "json"},
    ),
    "around a line of syslog": (
        _beat("<34>1 2026-03-29T10:00:00Z web-1 su - - - failed"),
        "<34>1 2026-03-29T10:00:00Z web-1 su - - - failed",
        {},
        SHIPPED,
        {"kind": "syslog"},
    ),
}
FILEBEAT_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", ACCESS),
    "cut": (_beat()[:-7], "bad_envelope", "filebeat has a JSON object with message"),
    "no message": (_beat(None), "bad_envelope", "filebeat"),
    "an empty message": (_beat(" \n"), "empty", "envelope"),
    "a list": ("[1]", "bad_envelope", "filebeat"),
}

FLUENT_BIT: Found = {
    "the default of its output to Kafka": (
        text(
            {
                "@timestamp": 1774778405.500123,
                "log": f"{ACCESS}\n",
                "stream": "stdout",
                "time": "2026-03-29T10:00:05.400123456Z",
            }
        ),
        ACCESS,
        {"log.iostream": "stdout"},
        "2026-03-29T10:00:05.400123Z",
    ),
    "a pod's line": (
        _fluent(
            log=f"{ACCESS}\n",
            stream="stderr",
            kubernetes={
                "pod_name": "cart-1",
                "namespace_name": "shop",
                "pod_id": "u-1",
                "pod_ip": "192.0.2.40",
                "labels": {"app.kubernetes.io/name": "cart"},
                "annotations": {"team": "pay"},
                "host": "n-1",
                "container_name": "cart",
                "docker_id": "3f2a",
                "container_image": "example.com/cart:1.4",
            },
        ),
        ACCESS,
        _SHOP_POD
        | {
            "log.iostream": "stderr",
            "k8s.pod.label.app.kubernetes.io/name": "cart",
            "k8s.pod.annotation.team": "pay",
            "container.id": "3f2a",
            "container.image.name": "example.com/cart:1.4",
        },
        SHIPPED,
    ),
    "message where there is no log": (_fluent(message=ACCESS), ACCESS, {}, SHIPPED),
    "times as texts": (
        text({"@timestamp": "2026-03-29T10:00:05.500123456Z", "log": ACCESS, "stream": "stdout"}),
        ACCESS,
        {"log.iostream": "stdout"},
        "2026-03-29T10:00:05.500123Z",
    ),
    "whole seconds": (
        text({"@timestamp": 1774778405, "log": ACCESS}),
        ACCESS,
        {},
        "2026-03-29T10:00:05Z",
    ),
    "another key for the time": (
        text({"ts": 1774778405.5, "log": ACCESS}),
        ACCESS,
        {"ts": "1774778405.5"},
        None,
        {"auto": False},
    ),
    "a part of a line by the parser of CRI": (
        _fluent(log="a long", stream="stdout", logtag="P"),
        "a long",
        {"log.iostream": "stdout", "log.partial": "true"},
        SHIPPED,
    ),
    "a full line by the multiline parser of CRI": (
        _fluent(log=ACCESS, stream="stdout", _p="F"),
        ACCESS,
        {"log.iostream": "stdout"},
        SHIPPED,
    ),
    "what Docker's driver forwards": (
        _fluent(
            log="a long",
            container_id="3f2a",
            container_name="/web-1",
            source="stdout",
            partial_message="true",
            partial_id="9c",
            partial_ordinal="1",
            partial_last="false",
        ),
        "a long",
        {
            "container.id": "3f2a",
            "container.name": "web-1",
            "log.iostream": "stdout",
            "log.partial": "true",
            "partial_id": "9c",
            "partial_ordinal": "1",
            "partial_last": "false",
        },
        SHIPPED,
    ),
    "other records' keys": (
        _fluent(log=ACCESS, hostname="web-1", env="prod", path="/var/log/a.log"),
        ACCESS,
        {"host.name": "web-1", "env": "prod", "path": "/var/log/a.log"},
        SHIPPED,
    ),
    "an object as text": (_fluent(log=f"{PINO}\n"), PINO, {}, SHIPPED, {"kind": "json"}),
    "decoded, and the line kept": (
        _fluent(log=f"{PINO}\n", stream="stdout", level=40, msg="stock low", env="prod"),
        PINO,
        {"log.iostream": "stdout", "env": "prod"},
        SHIPPED,
        {"kind": "json"},
    ),
    "decoded, and the line not kept": (
        _fluent(level=40, msg="low", time=1774778400123, kubernetes={"pod_name": "cart-1"}),
        '{"level":40,"msg":"low","time":1774778400123}',
        {"k8s.pod.name": "cart-1"},
        SHIPPED,
        {"kind": "json"},
    ),
    "around CRI around JSON": (
        _fluent(log=f"2026-03-29T10:00:00.123456789Z stdout F {PINO}"),
        PINO,
        {"log.iostream": "stdout"},
        "2026-03-29T10:00:00.123456Z",
        {"kind": "json"},
    ),
}
FLUENT_BIT_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", "fluent-bit has a JSON object with log or message"),
    "no line": (_fluent(stream="stdout"), "bad_envelope", "fluent-bit"),
    "an object as log and no message": (_fluent(log={"level": "x"}), "bad_envelope", "fluent-bit"),
    "a line feed alone": (_fluent(log="\n"), "empty", "envelope"),
}

VECTOR: Found = {
    "a file's line": (
        _vector(file="/var/log/cart.log", host="web-1", message=ACCESS),
        ACCESS,
        {"log.file.path": "/var/log/cart.log", "host.name": "web-1"},
        SHIPPED,
    ),
    "a pod's line": (
        _vector(
            file="/var/log/pods/shop_cart-1_u-1/cart/0.log",
            kubernetes={
                "container_name": "cart",
                "container_id": "containerd://3f2a",
                "container_image": "example.com/cart:1.4",
                "pod_name": "cart-1",
                "pod_namespace": "shop",
                "pod_node_name": "n-1",
                "pod_uid": "u-1",
                "pod_ip": "192.0.2.40",
                "pod_labels": {"app": "cart"},
                "pod_annotations": {"team": "pay"},
                "namespace_labels": {"tier": "front"},
                "node_labels": {"disk": "ssd"},
            },
            message=ACCESS,
            source_type="kubernetes_logs",
            stream="stdout",
        ),
        ACCESS,
        _SHOP_POD
        | {
            "log.file.path": "/var/log/pods/shop_cart-1_u-1/cart/0.log",
            "container.id": "3f2a",
            "container.image.name": "example.com/cart:1.4",
            "k8s.pod.label.app": "cart",
            "k8s.pod.annotation.team": "pay",
            "k8s.namespace.label.tier": "front",
            "k8s.node.label.disk": "ssd",
            "log.iostream": "stdout",
        },
        SHIPPED,
    ),
    "a container's line": (
        _vector(
            container_name="/web-1",
            container_id="3f2a",
            image="example.com/web:2",
            label={"com.example.team": "pay"},
            host="n-1",
            message=ACCESS,
            source_type="docker_logs",
            stream="stderr",
        ),
        ACCESS,
        {
            "container.name": "web-1",
            "container.id": "3f2a",
            "container.image.name": "example.com/web:2",
            "container.label.com.example.team": "pay",
            "host.name": "n-1",
            "log.iostream": "stderr",
        },
        SHIPPED,
    ),
    "a part of a line": (
        _vector(_partial=True, message="a long", source_type="docker_logs"),
        "a long",
        {"log.partial": "true"},
        SHIPPED,
    ),
    "from a journal": (
        _vector(host="web-1", message=ACCESS, PRIORITY="6", _PID="7", source_type="journald"),
        ACCESS,
        {"host.name": "web-1", "PRIORITY": "6", "_PID": "7"},
        SHIPPED,
    ),
    "a source that is not known": (
        _vector(message=ACCESS, source_type="carrier_pigeon"),
        ACCESS,
        {},
        SHIPPED,
    ),
    "a time without a zone": (
        _vector(message=ACCESS, timestamp="2026-03-29 12:00:05.5"),
        ACCESS,
        {},
        SHIPPED,
        {"timezone": "Europe/Berlin"},
    ),
    "without a time": (
        text({"message": ACCESS, "source_type": "file"}),
        ACCESS,
        {},
        None,
        {"auto": False},
    ),
    "an object as text": (_vector(message=PINO), PINO, {}, SHIPPED, {"kind": "json"}),
    "text for a format that reads objects": (
        _vector(message="plain", host="web-1"),
        "plain",
        {"host.name": "web-1"},
        SHIPPED,
        {"kind": "json"},
    ),
    "decoded: the time is the line's": (
        _vector(level="warn", msg="low", host="web-1", file="/a.log"),
        '{"timestamp":"2026-03-29T10:00:05.5Z","level":"warn","msg":"low"}',
        {"host.name": "web-1", "log.file.path": "/a.log"},
        None,
        {"kind": "json"},
    ),
}
VECTOR_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", "vector has a JSON object with message"),
    "no message": (_vector(host="web-1"), "bad_envelope", "vector"),
    "null": (_vector(message=None), "bad_envelope", "vector"),
    "nothing but spaces": (_vector(message="  "), "empty", "envelope"),
}

LOGSTASH: Found = {
    "the codec json": (
        _logstash(
            host={"name": "web-1"},
            log={"file": {"path": "/var/log/nginx/access.log"}},
            event={"original": ACCESS},
            message=ACCESS,
            tags=["beats"],
        ),
        ACCESS,
        {"host.name": "web-1", "log.file.path": "/var/log/nginx/access.log", "tags": '["beats"]'},
        SHIPPED,
    ),
    "an old one's names": (
        _logstash(host="web-1", path="/var/log/a.log", type="access", message=ACCESS),
        ACCESS,
        {"host.name": "web-1", "log.file.path": "/var/log/a.log", "type": "access"},
        SHIPPED,
    ),
    "the original alone": (_logstash(event={"original": ACCESS}), ACCESS, {}, SHIPPED),
    "from Filebeat": (
        _logstash(
            message=ACCESS,
            agent={"type": "filebeat", "id": "b1"},
            ecs={"version": "8.0.0"},
            fields={"env": "prod"},
            input={"type": "log"},
        ),
        ACCESS,
        {"env": "prod"},
        SHIPPED,
    ),
    "an object as text": (_logstash(message=PINO), PINO, {}, SHIPPED, {"kind": "json"}),
    "decoded": (
        _logstash(message="low", level="warn", host={"name": "web-1"}),
        '{"message":"low","level":"warn"}',
        {"host.name": "web-1"},
        SHIPPED,
        {"kind": "json", "auto": False},
    ),
    "the codec plain, no host": (f"{SHIPPED} %{{host}} {ACCESS}", ACCESS, {}, SHIPPED),
    "the codec plain, a host's name": (
        f"2026-03-29T10:00:05.500123456Z web-1 {ACCESS}",
        ACCESS,
        {"host.name": "web-1"},
        "2026-03-29T10:00:05.500123Z",
    ),
    "the codec plain, a host as Java writes it": (
        f"{SHIPPED} {{os={{name=Linux, version=6}}, name=web-1, ip=[192.0.2.1]}} {ACCESS}",
        ACCESS,
        {"host.name": "web-1"},
        SHIPPED,
    ),
    "the codec plain, a host as JSON": (
        f'{SHIPPED} {{"os":{{"name":"Linux"}},"name":"web-1"}} {ACCESS}',
        ACCESS,
        {"host.name": "web-1"},
        SHIPPED,
    ),
    "the codec plain, a host without a name": (
        f"{SHIPPED} {{ip=192.0.2.1}} {ACCESS}",
        ACCESS,
        {},
        SHIPPED,
    ),
    "the codec plain, any text": (
        f"{SHIPPED} web-1 level=warn msg=low",
        "level=warn msg=low",
        {"host.name": "web-1"},
        SHIPPED,
        {"auto": False},
    ),
}
LOGSTASH_LETTERS: Letters = {
    "a bare line": (ACCESS, "bad_envelope", "logstash has a JSON object with message, or a time"),
    "a time of whole seconds": (f"2026-03-29T10:00:05Z web-1 {ACCESS}", "bad_envelope", "logstash"),
    "no message": (_logstash(host="web-1"), "bad_envelope", "logstash"),
    "nothing after the host": (f"{SHIPPED} web-1 ", "empty", "envelope"),
}
