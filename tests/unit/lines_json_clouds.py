"""Lines of the preset json: Google, CloudWatch, Lambda, Powertools, Azure."""

RECORDS = {
    "Google: a LogEntry of a request": (
        (
            '{"insertId":"1a2b3c","logName":"projects/p-1/logs/requests",'
            '"resource":{"type":"cloud_run_revision","labels":{"service_name":"cart",'
            '"location":"europe-west1","revision_name":"cart-1"}},'
            '"timestamp":"2026-03-29T10:00:00.123456Z",'
            '"receiveTimestamp":"2026-03-29T10:00:01Z","severity":"WARNING",'
            '"httpRequest":{"requestMethod":"GET",'
            '"requestUrl":"https://shop.example.com/cart?id=7","status":404,'
            '"responseSize":"512","requestSize":"120","userAgent":"curl/8.5",'
            '"remoteIp":"192.0.2.17","referer":"https://example.com/",'
            '"latency":"0.045s","protocol":"HTTP/1.1","serverIp":"198.51.100.7",'
            '"cacheHit":true},"trace":"projects/p-1/traces/5c1d2e3f4a5b6c7d8e9f0a1b2c3'
            'd4e5f","spanId":"1a2b3c4d5e6f7081"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "service_name": "cart",
            "method": "GET",
            "user_agent": "curl/8.5",
            "referrer": "https://example.com/",
            "protocol": "HTTP/1.1",
            "virtual_host": "shop.example.com",
            "path": "/cart?id=7",
            "client_ip": "192.0.2.17",
            "status_code": 404,
            "bytes": 512,
            "response_time_ms": 45.0,
            "attributes": {
                "insertId": "1a2b3c",
                "logName": "projects/p-1/logs/requests",
                "receiveTimestamp": "2026-03-29T10:00:01Z",
                "url.scheme": "https",
                "http.request.size": "120",
                "server.address": "198.51.100.7",
                "httpRequest.cacheHit": "true",
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "span_id": "1a2b3c4d5e6f7081",
                "cloud.region": "europe-west1",
                "resource.labels.revision_name": "cart-1",
                "resource.type": "cloud_run_revision",
            },
        },
    ),
    "Google: a LogEntry with text": (
        (
            '{"insertId":"1","logName":"projects/p-1/logs/stdout",'
            '"textPayload":"started","timestamp":"2026-03-29T10:00:00.123456789Z",'
            '"severity":"DEFAULT","resource":{"type":"k8s_container",'
            '"labels":{"namespace_name":"shop","pod_name":"cart-1",'
            '"container_name":"cart","project_id":"p-1"}},'
            '"labels":{"k8s-pod/app":"cart","node":"n-1"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "started",
            "attributes": {
                "insertId": "1",
                "logName": "projects/p-1/logs/stdout",
                "k8s.pod.label.app": "cart",
                "node": "n-1",
                "k8s.namespace.name": "shop",
                "k8s.pod.name": "cart-1",
                "k8s.container.name": "cart",
                "cloud.account.id": "p-1",
                "resource.type": "k8s_container",
            },
        },
    ),
    "Google: a LogEntry with an object": (
        (
            '{"insertId":"1","logName":"projects/p-1/logs/stdout",'
            '"jsonPayload":{"message":"pay failed","level":"info","order":"DE-0042",'
            '"time":"never","insertId":"inner"},"timestamp":"2026-03-29T10:00:00Z",'
            '"severity":"CRITICAL","sourceLocation":{"file":"pay.go","line":"17",'
            '"function":"main.pay"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "FATAL",
            "message": "pay failed",
            "attributes": {
                "insertId": "1",
                "logName": "projects/p-1/logs/stdout",
                "code.file.path": "pay.go",
                "code.line.number": "17",
                "code.function.name": "main.pay",
                "order": "DE-0042",
                "time": "never",
                "jsonPayload.insertId": "inner",
            },
        },
    ),
    "Google: the payload's level where the entry has none": (
        (
            '{"insertId":"1","logName":"projects/p-1/logs/stdout",'
            '"jsonPayload":{"message":"x","level":"error"},'
            '"receiveTimestamp":"2026-03-29T10:00:00Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "x",
            "attributes": {"insertId": "1", "logName": "projects/p-1/logs/stdout"},
        },
    ),
    "Google: an audit log": (
        (
            '{"insertId":"1","logName":"projects/p-1/logs/activity",'
            '"protoPayload":{"methodName":"Set",'
            '"authenticationInfo":{"principalEmail":"jane@example.com"},'
            '"requestMetadata":{"callerIp":"192.0.2.17",'
            '"callerSuppliedUserAgent":"curl/8.5"}},'
            '"timestamp":"2026-03-29T10:00:00Z","severity":"NOTICE"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "client_ip": "192.0.2.17",
            "user_agent": "curl/8.5",
            "user": "jane@example.com",
            "attributes": {
                "insertId": "1",
                "logName": "projects/p-1/logs/activity",
                "protoPayload": (
                    '{"methodName":"Set",'
                    '"authenticationInfo":{"principalEmail":"jane@example.com"'
                    '},"requestMetadata":{"callerIp":"192.0.2.17",'
                    '"callerSuppliedUserAgent":"curl/8.5"}}'
                ),
            },
        },
    ),
    "Google: written by an application": (
        (
            '{"severity":"NOTICE","message":"order placed",'
            '"time":"2026-03-29T10:00:00.123456789Z",'
            '"logging.googleapis.com/trace":"projects/p-1/traces/5c1d2e3f4a5b6c7d8e9f0'
            'a1b2c3d4e5f","logging.googleapis.com/spanId":"1a2b3c4d5e6f7081",'
            '"logging.googleapis.com/labels":{"order":"DE-0042"},'
            '"logging.googleapis.com/sourceLocation":{"file":"pay.go","line":"17",'
            '"function":"main.pay"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "order placed",
            "attributes": {
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "span_id": "1a2b3c4d5e6f7081",
                "code.file.path": "pay.go",
                "code.line.number": "17",
                "code.function.name": "main.pay",
                "order": "DE-0042",
            },
        },
    ),
    "Google: time in two keys": (
        (
            '{"severity":"ERROR","message":"x","timestampSeconds":1774778400,'
            '"timestampNanos":123456789}'
        ),
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "ERROR", "message": "x"},
    ),
    "Google: time in an object": (
        (
            '{"severity":"EMERGENCY","message":"x","timestamp":{"seconds":1774778400,'
            '"nanos":123456789}}'
        ),
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "FATAL", "message": "x"},
    ),
    "Google: severities as numbers": (
        '{"severity":400,"message":"x","time":"2026-03-29T10:00:00Z"}',
        {"timestamp": "2026-03-29T10:00:00.000Z", "level": "WARN", "message": "x"},
    ),
    "Google: an application's request": (
        (
            '{"severity":"INFO","message":"served","time":"2026-03-29T10:00:00Z",'
            '"httpRequest":{"requestMethod":"GET","requestUrl":"/cart","status":"200",'
            '"latency":"1.5s"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "message": "served",
            "method": "GET",
            "path": "/cart",
            "status_code": 200,
            "response_time_ms": 1500.0,
        },
    ),
    "Google: a text of the wrong form for its latency": (
        (
            '{"severity":"INFO","time":"2026-03-29T10:00:00Z",'
            '"httpRequest":{"requestMethod":"GET","status":"ok",'
            '"latency":{"seconds":1}}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "method": "GET",
            "attributes": {"httpRequest.status": "ok", "httpRequest.latency": '{"seconds":1}'},
        },
    ),
    "Google: a debug line": (
        (
            '{"severity":"DEBUG","message":"x","time":"2026-03-29T10:00:00Z",'
            '"serviceContext":{"service":"cart"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "DEBUG",
            "message": "x",
            "attributes": {"serviceContext": '{"service":"cart"}'},
        },
    ),
    "CloudWatch: an event that is JSON": (
        (
            '{"messageType":"DATA_MESSAGE","owner":"123456789012",'
            '"logGroup":"/aws/lambda/cart","logStream":"2026/03/29/[1]ab12",'
            '"subscriptionFilters":["f"],"logEvents":[{"id":"1",'
            '"timestamp":1774778400123,'
            r'"message":"{\"level\":\"ERROR\",\"message\":\"failed\"}"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": "failed",
            "attributes": {
                "cloud.account.id": "123456789012",
                "aws.log.group.names": "/aws/lambda/cart",
                "aws.log.stream.names": "2026/03/29/[1]ab12",
                "log.record.uid": "1",
            },
        },
    ),
    "CloudWatch: an event that is text": (
        (
            '{"messageType":"DATA_MESSAGE","owner":"123456789012",'
            '"logGroup":"/aws/lambda/cart","logStream":"s","logEvents":[{"id":"2",'
            r'"timestamp":1774778400123,"message":"START RequestId: b1f0\n"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "START RequestId: b1f0",
            "attributes": {
                "cloud.account.id": "123456789012",
                "aws.log.group.names": "/aws/lambda/cart",
                "aws.log.stream.names": "s",
                "log.record.uid": "2",
            },
        },
    ),
    "CloudWatch: an event that is cut JSON": (
        (
            '{"owner":"123456789012","logGroup":"g",'
            r'"logEvents":[{"timestamp":1774778400123,"message":"{\"level\":"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": '{"level":',
            "attributes": {"cloud.account.id": "123456789012", "aws.log.group.names": "g"},
        },
    ),
    "CloudWatch: the inner time wins": (
        (
            '{"logGroup":"g","logStream":"s","logEvents":[{"id":"1",'
            '"timestamp":1774778401000,'
            r'"message":"{\"level\":30,\"time\":1774778400123,\"msg\":\"x\"}"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "x",
            "attributes": {
                "aws.log.group.names": "g",
                "aws.log.stream.names": "s",
                "log.record.uid": "1",
            },
        },
    ),
    "Lambda: an object as message": (
        (
            '{"timestamp":"2026-03-29T10:00:00.123Z","level":"ERROR",'
            '"message":{"errorType":"ValueError","errorMessage":"bad sku"},'
            '"requestId":"b1f0c2d3"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "message": '{"errorType":"ValueError","errorMessage":"bad sku"}',
            "request_id": "b1f0c2d3",
        },
    ),
    "Lambda: an error": (
        (
            '{"timestamp":"2026-03-29T10:00:00Z","level":"ERROR","message":"bad sku",'
            '"logger":"root","requestId":"b1f0c2d3","errorType":"ValueError",'
            '"errorMessage":"bad sku",'
            r'"stackTrace":["  File \"/var/task/a.py\", line 7, in run\n    pay()\n"],'
            '"location":"/var/task/a.py:handler:7"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "message": "bad sku",
            "request_id": "b1f0c2d3",
            "attributes": {
                "location": "/var/task/a.py:handler:7",
                "otel.scope.name": "root",
                "exception.type": "ValueError",
                "exception.message": "bad sku",
                "exception.stacktrace": '  File "/var/task/a.py", line 7, in run\n    pay()',
            },
        },
    ),
    "Lambda: Java's request id": (
        (
            '{"timestamp":"2026-03-29T10:00:00.123Z","level":"INFO","message":"x",'
            '"AWSRequestId":"b1f0c2d3"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "x",
            "request_id": "b1f0c2d3",
        },
    ),
    "Lambda: its own report": (
        (
            '{"time":"2026-03-29T10:00:00.123Z","type":"platform.report",'
            '"record":{"requestId":"b1f0c2d3","metrics":{"durationMs":12.34,'
            '"billedDurationMs":13,"memorySizeMB":128},"status":"success"}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "response_time_ms": 12.34,
            "request_id": "b1f0c2d3",
            "attributes": {
                "event.name": "platform.report",
                "record.status": "success",
                "record.metrics.billedDurationMs": "13",
                "record.metrics.memorySizeMB": "128",
            },
        },
    ),
    "Powertools: Python's": (
        (
            '{"level":"INFO","location":"handler:17","message":"paid",'
            '"timestamp":"2026-03-29 10:00:00,123+0000","service":"pay",'
            '"cold_start":true,"function_name":"pay-prod",'
            '"function_memory_size":"128","function_arn":"arn:x",'
            '"function_request_id":"b1f0c2d3",'
            '"xray_trace_id":"1-69c7a1b2-0123456789abcdef01234567"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "pay",
            "message": "paid",
            "request_id": "b1f0c2d3",
            "attributes": {
                "code.function.name": "handler",
                "code.line.number": "17",
                "function_memory_size": "128",
                "function_arn": "arn:x",
                "faas.coldstart": "true",
                "faas.name": "pay-prod",
                "trace_id": "69c7a1b20123456789abcdef01234567",
            },
        },
    ),
    "Powertools: no service is configured": (
        (
            '{"level":"WARNING","location":"run:7","message":{"a":1},'
            '"timestamp":"2026-03-29 10:00:00,123+0000","service":"service_undefined",'
            '"xray_trace_id":"1-69c7a1b2-0123456789abcdef01234567"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": '{"a":1}',
            "attributes": {
                "code.function.name": "run",
                "code.line.number": "7",
                "trace_id": "69c7a1b20123456789abcdef01234567",
            },
        },
    ),
    "Powertools: an exception": (
        (
            '{"level":"ERROR","location":"run:7","message":"failed",'
            '"timestamp":"2026-03-29 10:00:00,123+0000","service":"pay",'
            r'"cold_start":false,"exception":"Traceback (most recent call last):\n  '
            r'File \"/var/task/a.py\", line 7, in run\nValueError: bad sku",'
            '"exception_name":"ValueError"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "service_name": "pay",
            "message": "failed",
            "attributes": {
                "code.function.name": "run",
                "code.line.number": "7",
                "faas.coldstart": "false",
                "exception.stacktrace": (
                    "Traceback (most recent call last):\n"
                    '  File "/var/task/a.py", line 7, in run\n'
                    "ValueError: bad sku"
                ),
                "exception.type": "ValueError",
                "exception.message": "bad sku",
            },
        },
    ),
    "Powertools: TypeScript's": (
        (
            '{"level":"INFO","message":"paid","timestamp":"2026-03-29T10:00:00.123Z",'
            '"service":"pay","cold_start":true,"function_name":"pay-prod",'
            '"sampling_rate":0,"xray_trace_id":"1-69c7a1b2-0123456789abcdef01234567"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "service_name": "pay",
            "message": "paid",
            "attributes": {
                "sampling_rate": "0",
                "faas.coldstart": "true",
                "faas.name": "pay-prod",
                "trace_id": "69c7a1b20123456789abcdef01234567",
            },
        },
    ),
    "Azure: one resource log": (
        (
            '{"records":[{"time":"2026-03-29T10:00:00.1234567Z",'
            '"resourceId":"/SUBSCRIPTIONS/1/X","category":"AppServiceConsoleLogs",'
            '"operationName":"Get","level":"Informational","resultDescription":"ok",'
            '"location":"westeurope"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "ok",
            "attributes": {
                "resourceId": "/SUBSCRIPTIONS/1/X",
                "category": "AppServiceConsoleLogs",
                "operationName": "Get",
                "cloud.region": "westeurope",
            },
        },
    ),
    "Azure: properties are the message": (
        (
            '{"records":[{"time":"2026-03-29T10:00:00Z","resourceId":"/X",'
            '"category":"Audit","operationName":"Put","level":"Critical",'
            '"properties":{"a":1.50},"correlationId":"c-1",'
            '"callerIpAddress":"192.0.2.17:5000","durationMs":"12"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "FATAL",
            "message": '{"a":1.50}',
            "client_ip": "192.0.2.17",
            "response_time_ms": 12.0,
            "attributes": {
                "resourceId": "/X",
                "category": "Audit",
                "operationName": "Put",
                "correlationId": "c-1",
                "client.port": "5000",
            },
        },
    ),
    "Azure: a request of storage": (
        (
            '{"records":[{"time":"2026-03-29T10:00:00Z","category":"StorageRead",'
            '"operationName":"GetBlob","statusCode":404,"durationMs":7,'
            '"callerIpAddress":"192.0.2.17:5000",'
            '"uri":"https://shop.example.com:443/a?x=1","protocol":"HTTPS"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "response_time_ms": 7.0,
            "client_ip": "192.0.2.17",
            "virtual_host": "shop.example.com:443",
            "path": "/a?x=1",
            "status_code": 404,
            "attributes": {
                "category": "StorageRead",
                "operationName": "GetBlob",
                "client.port": "5000",
                "url.scheme": "https",
                "protocol": "HTTPS",
            },
        },
    ),
    "Azure: properties beside a text": (
        (
            '{"records":[{"time":"2026-03-29T10:00:00Z","category":"C",'
            '"level":"Warning","resultDescription":"slow","properties":{"a":1},'
            '"resultType":"-"}]}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "message": "slow",
            "attributes": {"category": "C", "properties": '{"a":1}'},
        },
    ),
}
