"""Lines of the JVM's loggers, each in its own layout."""

from typing import Any

RECORDS: dict[str, tuple[Any, ...]] = {
    "log4j, with a stack trace": (
        (
            "2026-03-29 12:00:00,123 ERROR [main] c.e.Pay - failed\njava.io.IOException: "
            "reset\n\tat com.example.Pay.run(Pay.java:17)\nCaused by: "
            "java.net.SocketException: closed\n\t... 3 more"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "thread.name": "main",
                "otel.scope.name": "c.e.Pay",
                "exception.type": "java.io.IOException",
                "exception.message": "reset",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)"
                    "\nCaused by: java.net.SocketException: closed\n\t... 3 more"
                ),
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Spring Boot 3: the application, the thread and the logger": (
        (
            "2026-03-29T12:00:00.123+02:00  WARN 7 --- [cart] [nio-8080-exec-3] "
            "c.e.cart.CartController                 : stock low"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "service_name": "cart",
            "message": "stock low",
            "attributes": {
                "process.pid": "7",
                "thread.name": "nio-8080-exec-3",
                "otel.scope.name": "c.e.cart.CartController",
            },
        },
    ),
    "Spring Boot 3: no application": (
        (
            "2026-03-29T12:00:00.123+02:00  INFO 7 --- [           main] "
            "com.example.cart.CartApplication         : Started in 1.7 seconds"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "Started in 1.7 seconds",
            "attributes": {
                "process.pid": "7",
                "thread.name": "main",
                "otel.scope.name": "com.example.cart.CartApplication",
            },
        },
    ),
    "Spring Boot 3: with the ids of a trace": (
        (
            "2026-03-29T12:00:00.123+02:00  INFO 7 --- [cart] [nio-8080-exec-3] "
            "[0123456789abcdef0123456789abcdef-0123456789abcdef] c.e.cart.CartController : "
            "paid"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "cart",
            "message": "paid",
            "attributes": {
                "process.pid": "7",
                "thread.name": "nio-8080-exec-3",
                "trace_id": "0123456789abcdef0123456789abcdef",
                "span_id": "0123456789abcdef",
                "otel.scope.name": "c.e.cart.CartController",
            },
        },
    ),
    "Spring Boot 3: a trace without an application": (
        (
            "2026-03-29T12:00:00.123+02:00  INFO 7 --- [nio-8080-exec-3] "
            "[0123456789abcdef0123456789abcdef-0123456789abcdef] c.e.cart.CartController : "
            "paid"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "process.pid": "7",
                "thread.name": "nio-8080-exec-3",
                "trace_id": "0123456789abcdef0123456789abcdef",
                "span_id": "0123456789abcdef",
                "otel.scope.name": "c.e.cart.CartController",
            },
        },
    ),
    "Spring Boot 3: a place for ids without any": (
        (
            "2026-03-29T12:00:00.123+02:00  INFO 7 --- [cart] [           main] [          "
            "                                       ] c.e.cart.CartController : paid"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "cart",
            "message": "paid",
            "attributes": {
                "process.pid": "7",
                "thread.name": "main",
                "otel.scope.name": "c.e.cart.CartController",
            },
        },
    ),
    "Spring Boot 2: no zone": (
        (
            "2026-03-29 12:00:00.123  INFO 7 --- [           main] "
            "c.e.cart.CartApplication : Started"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "Started",
            "attributes": {
                "process.pid": "7",
                "thread.name": "main",
                "otel.scope.name": "c.e.cart.CartApplication",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Spring Boot with the trace beside the level": (
        (
            "2026-03-29 10:00:00.123  INFO "
            "[cart,0123456789abcdef0123456789abcdef,0123456789abcdef] 7 --- "
            "[nio-8080-exec-3] c.e.Cart : paid"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "cart",
            "message": "paid",
            "attributes": {
                "trace_id": "0123456789abcdef0123456789abcdef",
                "span_id": "0123456789abcdef",
                "process.pid": "7",
                "thread.name": "nio-8080-exec-3",
                "otel.scope.name": "c.e.Cart",
            },
        },
    ),
    "Spring Boot with a place for it": (
        "2026-03-29 10:00:00.123  INFO [cart,,] 7 --- [main] c.e.Cart : paid",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "cart",
            "message": "paid",
            "attributes": {
                "process.pid": "7",
                "thread.name": "main",
                "otel.scope.name": "c.e.Cart",
            },
        },
    ),
    "the default of log4j and logback: no date": (
        "10:00:00.123 [main] DEBUG c.e.Pay - tick",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "tick",
            "attributes": {
                "thread.name": "main",
                "otel.scope.name": "c.e.Pay",
            },
        },
    ),
    "the same the evening before": (
        "23:59:59.900 [main] DEBUG c.e.Pay - tick",
        {
            "timestamp": "2026-03-28T23:59:59.900Z",
            "level": "DEBUG",
            "message": "tick",
            "attributes": {
                "thread.name": "main",
                "otel.scope.name": "c.e.Pay",
            },
        },
    ),
    "logback since 1.3, two dashes": (
        "10:00:00.123 [main] INFO com.example.Pay -- paid",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
            },
        },
    ),
    "the level in a terminal's colours": (
        ("2026-03-29 10:00:00.123 \x1b[34mINFO \x1b[0;39m [main] \x1b[36mc.e.Pay\x1b[0;39m - paid"),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "thread.name": "main",
                "otel.scope.name": "c.e.Pay",
            },
        },
    ),
    "the level in brackets, the logger's line": (
        "2026-03-29 10:00:00 [WARN ] c.e.Pay:42 - slow",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "message": "slow",
            "attributes": {
                "otel.scope.name": "c.e.Pay",
                "code.line.number": "42",
            },
        },
    ),
    "Hadoop": (
        (
            "2026-03-29 10:00:00,123 INFO org.apache.hadoop.hdfs.server.namenode.NameNode: "
            "registered"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "registered",
            "attributes": {
                "otel.scope.name": "org.apache.hadoop.hdfs.server.namenode.NameNode",
            },
        },
    ),
    "HBase: the thread too": (
        (
            "2026-03-29 10:00:00,123 INFO  [RS-EventLoopGroup-1-1] "
            "regionserver.HRegionServer: opened"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "opened",
            "attributes": {
                "thread.name": "RS-EventLoopGroup-1-1",
                "otel.scope.name": "regionserver.HRegionServer",
            },
        },
    ),
    "Spark": (
        "26/03/29 10:00:00 ERROR TaskSetManager: Task 3 failed",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "Task 3 failed",
            "attributes": {
                "otel.scope.name": "TaskSetManager",
            },
        },
    ),
    "Flink: an empty context": (
        (
            "2026-03-29 10:00:00,123 INFO  org.apache.flink.runtime.Task                [] "
            "- cart (1/4) switched to RUNNING"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "cart (1/4) switched to RUNNING",
            "attributes": {
                "otel.scope.name": "org.apache.flink.runtime.Task",
            },
        },
    ),
    "Kafka": (
        "[2026-03-29 12:00:00,123] INFO [Broker id=1] started (kafka.server.BrokerServer)",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "[Broker id=1] started",
            "attributes": {
                "otel.scope.name": "kafka.server.BrokerServer",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Kafka: a text with colons": (
        (
            "[2026-03-29 10:00:00,123] WARN [Consumer clientId=c-1] lag: 17 (of 20) "
            "(org.apache.kafka.clients.consumer.KafkaConsumer:42)"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "[Consumer clientId=c-1] lag: 17 (of 20)",
            "attributes": {
                "otel.scope.name": "org.apache.kafka.clients.consumer.KafkaConsumer",
                "code.line.number": "42",
            },
        },
    ),
    "Kafka: settings line by line": (
        (
            "[2026-03-29 10:00:00,123] INFO KafkaConfig values: \n\tbroker.id = 1\n\t"
            "log.dirs = /var/lib/kafka\n (kafka.server.KafkaConfig)"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "KafkaConfig values: \n\tbroker.id = 1\n\tlog.dirs = /var/lib/kafka",
            "attributes": {
                "otel.scope.name": "kafka.server.KafkaConfig",
            },
        },
    ),
    "Kafka: a stack trace after the logger": (
        (
            "[2026-03-29 10:00:00,123] ERROR Exiting (kafka.Kafka$)\njava.io.IOException: "
            "reset\n\tat com.example.Pay.run(Pay.java:17)\nCaused by: "
            "java.net.SocketException: closed\n\t... 3 more"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "Exiting",
            "attributes": {
                "otel.scope.name": "kafka.Kafka$",
                "exception.type": "java.io.IOException",
                "exception.message": "reset",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)"
                    "\nCaused by: java.net.SocketException: closed\n\t... 3 more"
                ),
            },
        },
    ),
    "Kafka: no logger": (
        "[2026-03-29 10:00:00,123] INFO started",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "started",
        },
    ),
    "Elasticsearch": (
        "[2026-03-29T10:00:00,123][INFO ][o.e.n.Node               ] [node-1] started",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "started",
            "attributes": {
                "otel.scope.name": "o.e.n.Node",
                "node_name": "node-1",
            },
        },
    ),
    "Logstash: a pipeline": (
        "[2026-03-29T10:00:00,123][WARN ][logstash.outputs.http    ][main][0a1b] retrying",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "retrying",
            "attributes": {
                "otel.scope.name": "logstash.outputs.http",
                "pipeline.id": "main",
                "plugin": "0a1b",
            },
        },
    ),
    "Logstash: none": (
        "[2026-03-29T10:00:00,123][INFO ][logstash.runner          ] Starting Logstash",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "Starting Logstash",
            "attributes": {
                "otel.scope.name": "logstash.runner",
            },
        },
    ),
    "ZooKeeper": (
        (
            "2026-03-29 10:00:00,123 [myid:1] - INFO  "
            "[QuorumPeer[myid=1](plain=0.0.0.0:2181):o.a.z.s.q.QuorumPeer@916] - LOOKING"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "LOOKING",
            "attributes": {
                "myid": "1",
                "thread.name": "QuorumPeer[myid=1](plain=0.0.0.0:2181)",
                "otel.scope.name": "o.a.z.s.q.QuorumPeer",
                "code.line.number": "916",
            },
        },
    ),
    "Cassandra": (
        "INFO  [main] 2026-03-29 10:00:00,123 CassandraDaemon.java:42 - started",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "started",
            "attributes": {
                "thread.name": "main",
                "code.file.path": "CassandraDaemon.java",
                "code.line.number": "42",
            },
        },
    ),
    "Cassandra's order with a logger": (
        "WARN 2026-03-29 10:00:00,123 c.e.Pay - slow",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow",
            "attributes": {
                "otel.scope.name": "c.e.Pay",
            },
        },
    ),
    "WildFly": (
        "10:00:00,123 INFO  [org.jboss.as] (MSC service thread 1-4) WFLYSRV0049: starting",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "WFLYSRV0049: starting",
            "attributes": {
                "otel.scope.name": "org.jboss.as",
                "thread.name": "MSC service thread 1-4",
            },
        },
    ),
    "Quarkus": (
        (
            "2026-03-29 10:00:00,123 ERROR [io.quarkus.vertx] (executor-thread-0) HTTP "
            "Request failed"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "HTTP Request failed",
            "attributes": {
                "otel.scope.name": "io.quarkus.vertx",
                "thread.name": "executor-thread-0",
            },
        },
    ),
    "Solr": (
        (
            "2026-03-29 10:00:00.123 INFO  (qtp17-21) [c:shop s:shard1 r:core_node2 "
            "x:shop_1] o.a.s.c.S.Request hits=7 status=0"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "hits=7 status=0",
            "attributes": {
                "thread.name": "qtp17-21",
                "context": "c:shop s:shard1 r:core_node2 x:shop_1",
                "otel.scope.name": "o.a.s.c.S.Request",
            },
        },
    ),
    "Tomcat": (
        (
            "29-Mar-2026 12:00:00.123 INFO [main] "
            "org.apache.catalina.startup.Catalina.start Server startup in [1234] "
            "milliseconds"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "Server startup in [1234] milliseconds",
            "attributes": {
                "thread.name": "main",
                "otel.scope.name": "org.apache.catalina.startup.Catalina",
                "code.function.name": "start",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "Tomcat: an exception for a text": (
        (
            "29-Mar-2026 10:00:00.123 SEVERE [http-nio-8080-exec-3] com.example.Pay.run "
            "java.lang.IllegalStateException: closed\n\tat com.example.Pay.run(Pay.java:17)"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "java.lang.IllegalStateException: closed",
            "attributes": {
                "thread.name": "http-nio-8080-exec-3",
                "otel.scope.name": "com.example.Pay",
                "code.function.name": "run",
                "exception.type": "java.lang.IllegalStateException",
                "exception.message": "closed",
                "exception.stacktrace": "\tat com.example.Pay.run(Pay.java:17)",
            },
        },
    ),
    "java.util.logging": (
        "Mar 29, 2026 12:00:00 PM com.example.Cart add\nWARNING: stock low",
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "message": "stock low",
            "attributes": {
                "otel.scope.name": "com.example.Cart",
                "code.function.name": "add",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
    "java.util.logging, newer, with a stack trace": (
        (
            "Mar 29, 2026 12:05:00\u202fAM com.example.Cart <init>\nSEVERE: failed"
            "\njava.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)\nCaused "
            "by: java.net.SocketException: closed\n\t... 3 more"
        ),
        {
            "timestamp": "2026-03-29T00:05:00.000Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "otel.scope.name": "com.example.Cart",
                "code.function.name": "<init>",
                "exception.type": "java.io.IOException",
                "exception.message": "reset",
                "exception.stacktrace": (
                    "java.io.IOException: reset\n\tat com.example.Pay.run(Pay.java:17)"
                    "\nCaused by: java.net.SocketException: closed\n\t... 3 more"
                ),
            },
        },
    ),
    "java.util.logging, its first line alone": (
        "Mar 29, 2026 9:00:00 AM com.example.Cart add",
        {
            "timestamp": "2026-03-29T09:00:00.000Z",
            "level": "INFO",
            "attributes": {
                "otel.scope.name": "com.example.Cart",
                "code.function.name": "add",
            },
        },
    ),
    "java.util.logging, its second line alone": (
        "SEVERE: failed",
        {
            "timestamp": "2026-03-29T10:00:05.000Z",
            "level": "ERROR",
            "message": "failed",
        },
    ),
    "logback's default with pairs": (
        '10:00:00.123 [main] INFO  com.example.Pay -sku="a 17" n="2"- paid',
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {
                "thread.name": "main",
                "otel.scope.name": "com.example.Pay",
                "sku": "a 17",
                "n": "2",
            },
        },
    ),
    "the level before the time, a thread": (
        "WARN  2026-03-29 10:00:00,123 [main] c.e.Pay: slow",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow",
            "attributes": {"thread.name": "main", "otel.scope.name": "c.e.Pay"},
        },
    ),
    "Spring Boot: the level padded after it": (
        "2026-03-29T12:00:00.123+02:00 INFO  7 --- [main] c.e.Pay : paid",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "paid",
            "attributes": {"process.pid": "7", "thread.name": "main", "otel.scope.name": "c.e.Pay"},
        },
    ),
    "time, level and text": (
        "2026-03-29 10:00:00,123 [info] ready to go",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "ready to go",
        },
    ),
    "a level of one's own": (
        "2026-03-29 10:00:00,123 [main] AUDITED c.e.Pay - refund",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "refund",
            "attributes": {
                "thread.name": "main",
                "level": "AUDITED",
                "otel.scope.name": "c.e.Pay",
            },
        },
    ),
    "a text of several lines that are no stack trace": (
        "2026-03-29 10:00:00,123 INFO c.e.Pay - settings\nserver.port: 8080\nname: cart",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "settings\nserver.port: 8080\nname: cart",
            "attributes": {
                "otel.scope.name": "c.e.Pay",
            },
        },
    ),
    "a stack trace whose first line is not there": (
        ("2026-03-29 10:00:00,123 ERROR c.e.Pay - failed\n\tat com.example.Pay.run(Pay.java:17)"),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "otel.scope.name": "c.e.Pay",
                "exception.stacktrace": "\tat com.example.Pay.run(Pay.java:17)",
            },
        },
    ),
    "an exception without a message or frames": (
        "2026-03-29 10:00:00,123 ERROR c.e.Pay - failed\r\ncom.example.PayException",
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "otel.scope.name": "c.e.Pay",
                "exception.type": "com.example.PayException",
                "exception.stacktrace": "com.example.PayException",
            },
        },
    ),
    "lines before the exception": (
        (
            "2026-03-29 10:00:00,123 ERROR c.e.Pay - failed\ncart.id: 7"
            "\njava.lang.NullPointerException\n\tat com.example.Pay.run(Pay.java:17)"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed\ncart.id: 7",
            "attributes": {
                "otel.scope.name": "c.e.Pay",
                "exception.type": "java.lang.NullPointerException",
                "exception.stacktrace": (
                    "java.lang.NullPointerException\n\tat com.example.Pay.run(Pay.java:17)"
                ),
            },
        },
    ),
    "what was thrown is not called an exception": (
        (
            "2026-03-29 10:00:00,123 ERROR c.e.Pay - failed\ncom.example.Refused: no funds"
            "\n\tat com.example.Pay.run(Pay.java:17)"
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "otel.scope.name": "c.e.Pay",
                "exception.type": "com.example.Refused",
                "exception.message": "no funds",
                "exception.stacktrace": (
                    "com.example.Refused: no funds\n\tat com.example.Pay.run(Pay.java:17)"
                ),
            },
        },
    ),
    "an hour that no clock showed": (
        "2026-03-29 02:30:00,123 INFO c.e.Pay - night",
        {
            "timestamp": "2026-03-29T01:30:00.123Z",
            "level": "INFO",
            "message": "night",
            "attributes": {
                "timestamp.local": "nonexistent",
                "otel.scope.name": "c.e.Pay",
            },
        },
        {"timezone": "Europe/Berlin"},
    ),
}

LETTERS: dict[str, tuple[Any, ...]] = {
    "a frame alone": ("\tat com.example.Pay.run(Pay.java:17)", "no_match", "none of the layouts"),
    "a cause alone": ("Caused by: java.net.SocketException: closed", "no_match", None),
    "a process in the thread's place, an address in the logger's": (
        "[2026-03-29 12:00:00 +0200] [4242] [INFO] 192.0.2.17:51234 - - x",
        "no_match",
        None,
    ),
    "a text alone": ("started in 1.7 seconds", "no_match", None),
    "a time and a text": ("2026-03-29 10:00:00,123 started in 1.7 seconds", "no_match", None),
    "no such minute": ("2026-03-29 10:61:00,123 INFO c.e.Pay - paid", "bad_timestamp", "10:61"),
}
