"""Lines of the preset json: the Elastic Common Schema, flat and nested."""

RECORDS = {
    "ECS: an event of another kind of source": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log":{"level":"notice"},'
            '"message":"denied","ecs":{"version":"8.11.0"},'
            '"source":{"ip":"192.0.2.17","port":51234},'
            '"destination":{"ip":"198.51.100.7"},"event":{"kind":"event"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "denied",
            "client_ip": "192.0.2.17",
            "attributes": {
                "destination": '{"ip":"198.51.100.7"}',
                "ecs.version": "8.11.0",
                "event.kind": "event",
                "client.port": "51234",
            },
        },
    ),
    "ECS: flat all through": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log.level":"info",'
            '"ecs.version":"8.11.0","message":"served","http.request.method":"GET",'
            '"http.response.status_code":503,"url.path":"/cart",'
            '"event.duration":12345678,"user_agent.original":"curl/8.5",'
            '"client.ip":"192.0.2.17","labels.tenant":"a"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "served",
            "method": "GET",
            "path": "/cart",
            "response_time_ms": 12.345678,
            "user_agent": "curl/8.5",
            "client_ip": "192.0.2.17",
            "status_code": 503,
            "attributes": {"ecs.version": "8.11.0", "tenant": "a"},
        },
    ),
    "ECS: nested": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log":{"level":"warn",'
            '"logger":"pay"},"message":"slow","service":{"name":"pay",'
            '"version":"1.4.0"},"ecs":{"version":"8.11.0"},'
            '"trace":{"id":"5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f"},'
            '"transaction":{"id":"1a2b3c4d5e6f7081"},'
            '"http":{"request":{"method":"GET"},"response":{"status_code":200,'
            '"body":{"bytes":512}}},"event":{"duration":45000000,'
            '"dataset":"pay.access"},"url":{"original":"/cart?id=7"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "service_name": "pay",
            "message": "slow",
            "method": "GET",
            "bytes": 512,
            "response_time_ms": 45.0,
            "path": "/cart?id=7",
            "status_code": 200,
            "attributes": {
                "ecs.version": "8.11.0",
                "transaction.id": "1a2b3c4d5e6f7081",
                "event.dataset": "pay.access",
                "otel.scope.name": "pay",
                "service.version": "1.4.0",
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
            },
        },
    ),
    "ECS: half flat, half nested, the flat key first": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log.level":"error",'
            '"log":{"level":"info","logger":"pay"},"message":"x",'
            '"ecs.version":"8.11.0","host":{"name":"web-1","ip":["192.0.2.5"]},'
            '"process":{"pid":7,"thread":{"name":"main","id":1}}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "x",
            "attributes": {
                "ecs.version": "8.11.0",
                "host.ip": '["192.0.2.5"]',
                "log.level": "info",
                "otel.scope.name": "pay",
                "host.name": "web-1",
                "process.pid": "7",
                "thread.name": "main",
                "thread.id": "1",
            },
        },
    ),
    "ECS: an error": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log.level":"error",'
            '"message":"x","ecs":{"version":"8.11.0"},"error":{"type":"TypeError",'
            '"message":"x is undefined",'
            r'"stack_trace":"TypeError: x is undefined\n    at run (/app/a.js:1:2)",'
            '"code":"E17","id":"e-1"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "x",
            "error_code": "E17",
            "attributes": {
                "ecs.version": "8.11.0",
                "exception.type": "TypeError",
                "exception.message": "x is undefined",
                "exception.stacktrace": "TypeError: x is undefined\n    at run (/app/a.js:1:2)",
                "error.id": "e-1",
            },
        },
    ),
    "ECS: path and query apart": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log.level":"info",'
            '"message":"served","ecs":{"version":"8.11.0"},"url":{"path":"/cart",'
            '"query":"id=7","domain":"shop.example.com","scheme":"https"},'
            '"http":{"version":"1.1","request":{"method":"GET","id":"r-18",'
            '"referrer":"https://example.com/"},"response":{"status_code":404}},'
            '"client":{"address":"192.0.2.17"},"user":{"name":"jane","id":"42"},'
            '"user_agent":{"original":"curl/8.5"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "served",
            "path": "/cart?id=7",
            "virtual_host": "shop.example.com",
            "protocol": "HTTP/1.1",
            "method": "GET",
            "request_id": "r-18",
            "referrer": "https://example.com/",
            "client_ip": "192.0.2.17",
            "user": "jane",
            "user_id": "42",
            "user_agent": "curl/8.5",
            "status_code": 404,
            "attributes": {"ecs.version": "8.11.0", "url.scheme": "https"},
        },
    ),
    "ECS: an absolute URL": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","message":"fetched",'
            '"ecs":{"version":"8.11.0"},'
            '"url":{"full":"https://shop.example.com:8443/cart?id=7"},'
            '"span":{"id":"1a2b3c4d5e6f7081"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "fetched",
            "virtual_host": "shop.example.com:8443",
            "path": "/cart?id=7",
            "attributes": {
                "ecs.version": "8.11.0",
                "url.scheme": "https",
                "span_id": "1a2b3c4d5e6f7081",
            },
        },
    ),
    "ECS: the file and the pod, by Filebeat": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log.level":"info",'
            '"message":"up","ecs":{"version":"8.0.0"},'
            '"log":{"file":{"path":"/var/log/cart.log"},"offset":4096},'
            '"stream":"stderr","kubernetes":{"pod":{"name":"cart-1","uid":"u-1",'
            '"ip":"192.0.2.8"},"namespace":"shop","node":{"name":"n-1"},'
            '"container":{"name":"cart"},"labels":{"app_kubernetes_io/name":"cart"}},'
            '"container":{"id":"containerd://3f2a",'
            '"image":{"name":"example.com/cart:1.4"}}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "up",
            "attributes": {
                "ecs.version": "8.0.0",
                "log.file.path": "/var/log/cart.log",
                "log.offset": "4096",
                "log.iostream": "stderr",
                "k8s.pod.name": "cart-1",
                "k8s.pod.uid": "u-1",
                "k8s.pod.ip": "192.0.2.8",
                "k8s.namespace.name": "shop",
                "k8s.node.name": "n-1",
                "k8s.container.name": "cart",
                "k8s.pod.label.app_kubernetes_io/name": "cart",
                "container.id": "3f2a",
                "container.image.name": "example.com/cart:1.4",
            },
        },
    ),
    "ECS: pairs of its own in labels": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log.level":"info",'
            '"message":"up","ecs":{"version":"8.11.0"},"labels":{"tenant":"a",'
            '"message":"not the message"},"tenant":"b"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "up",
            "attributes": {
                "tenant": "b",
                "ecs.version": "8.11.0",
                "labels.tenant": "a",
                "message": "not the message",
            },
        },
    ),
    "ECS: tags": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log.level":"info",'
            '"message":"up","ecs":{"version":"8.11.0"},"tags":["eu","blue",null],'
            '"event":{"action":"start"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "up",
            "tags": ["eu", "blue"],
            "attributes": {"ecs.version": "8.11.0", "event.action": "start"},
        },
    ),
    "ECS: a deployment": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log.level":"info",'
            '"message":"up","ecs":{"version":"8.11.0"},"service":{"name":"cart",'
            '"environment":"prod","node":{"name":"cart-1"}},'
            '"cloud":{"region":"eu-west-1","account":{"id":"123456789012"}}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "cart",
            "message": "up",
            "attributes": {
                "ecs.version": "8.11.0",
                "deployment.environment.name": "prod",
                "service.instance.id": "cart-1",
                "cloud.region": "eu-west-1",
                "cloud.account.id": "123456789012",
            },
        },
    ),
    "ECS: a bulk of members without fields": (
        (
            '{"@timestamp":"2026-03-29T10:00:00.123Z","log.level":"debug",'
            '"message":"up","ecs":{"version":"8.11.0"},"event":{"category":["web"],'
            '"outcome":"success","duration":"-1"},"network":{"protocol":"http"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "up",
            "attributes": {
                "ecs.version": "8.11.0",
                "event.category": '["web"]',
                "event.outcome": "success",
                "network.protocol": "http",
            },
        },
    ),
}
