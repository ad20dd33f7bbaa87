"""Lines of the preset json: web servers and databases."""

RECORDS = {
    "Caddy: behind a proxy, level by status": (
        (
            '{"level":"info","ts":1774778400.1234567,"logger":"http.log.access.log0",'
            '"msg":"handled request","request":{"remote_ip":"198.51.100.7",'
            '"remote_port":"51234","client_ip":"192.0.2.17","proto":"HTTP/2.0",'
            '"method":"GET","host":"shop.example.com","uri":"/cart?id=7",'
            '"headers":{"User-Agent":["curl/8.5"],"Referer":["https://example.com/"],'
            '"Accept":["a","b"]}},"bytes_read":0,"user_id":"","duration":0.012345,'
            '"size":512,"status":502,"resp_headers":{"Server":["Caddy"]}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "response_time_ms": 12.345,
            "message": "handled request",
            "bytes": 512,
            "client_ip": "192.0.2.17",
            "protocol": "HTTP/2.0",
            "method": "GET",
            "virtual_host": "shop.example.com",
            "path": "/cart?id=7",
            "user_agent": "curl/8.5",
            "referrer": "https://example.com/",
            "status_code": 502,
            "attributes": {
                "network.peer.address": "198.51.100.7",
                "network.peer.port": "51234",
                "otel.scope.name": "http.log.access.log0",
                "http.request.body.size": "0",
                "http.response.header.server": "Caddy",
                "http.request.header.accept": "a, b",
            },
        },
    ),
    "Caddy: the client itself": (
        (
            '{"level":"info","ts":1774778400.5,"logger":"http.log.access",'
            '"msg":"handled request","request":{"remote_ip":"192.0.2.17",'
            '"remote_port":"51234","client_ip":"192.0.2.17","proto":"HTTP/1.1",'
            '"method":"POST","host":"shop.example.com","uri":"/cart","headers":{},'
            '"tls":{"resumed":false,"proto":"h2"}},"bytes_read":64,"user_id":"jane",'
            '"duration":1.5,"size":0,"status":204}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.500Z",
            "level": "INFO",
            "response_time_ms": 1500.0,
            "message": "handled request",
            "user": "jane",
            "bytes": 0,
            "client_ip": "192.0.2.17",
            "protocol": "HTTP/1.1",
            "method": "POST",
            "virtual_host": "shop.example.com",
            "path": "/cart",
            "status_code": 204,
            "attributes": {
                "request.tls.resumed": "false",
                "request.tls.proto": "h2",
                "otel.scope.name": "http.log.access",
                "http.request.body.size": "64",
                "client.port": "51234",
            },
        },
    ),
    "Caddy: the old address with its port": (
        (
            '{"level":"error","ts":1774778400.5,"logger":"http.log.access.log0",'
            '"msg":"handled request","request":{"remote_addr":"192.0.2.17:51234",'
            '"proto":"HTTP/1.1","method":"GET","host":"shop.example.com","uri":"/",'
            '"headers":{}},"duration":0.001,"size":5,"status":404}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.500Z",
            "level": "WARN",
            "response_time_ms": 1.0,
            "message": "handled request",
            "bytes": 5,
            "client_ip": "192.0.2.17",
            "protocol": "HTTP/1.1",
            "method": "GET",
            "virtual_host": "shop.example.com",
            "path": "/",
            "status_code": 404,
            "attributes": {"otel.scope.name": "http.log.access.log0", "client.port": "51234"},
        },
    ),
    "Caddy: an error of a request": (
        (
            '{"level":"error","ts":1774778400.5,"logger":"http.log.error.log0",'
            '"msg":"dial tcp: refused","request":{"remote_ip":"192.0.2.17",'
            '"client_ip":"192.0.2.17","proto":"HTTP/1.1","method":"GET",'
            '"host":"shop.example.com","uri":"/cart"},"duration":0.002,"status":502,'
            '"err_id":"e1"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.500Z",
            "level": "ERROR",
            "response_time_ms": 2.0,
            "message": "dial tcp: refused",
            "client_ip": "192.0.2.17",
            "protocol": "HTTP/1.1",
            "method": "GET",
            "virtual_host": "shop.example.com",
            "path": "/cart",
            "status_code": 502,
            "attributes": {"err_id": "e1", "otel.scope.name": "http.log.error.log0"},
        },
    ),
    "Caddy: no access line": (
        ('{"level":"warn","ts":1774778400.5,"logger":"tls.cache","msg":"certificate expires"}'),
        {
            "timestamp": "2026-03-29T10:00:00.500Z",
            "level": "WARN",
            "message": "certificate expires",
            "attributes": {"otel.scope.name": "tls.cache"},
        },
    ),
    "Traefik: nanoseconds, the event's own time": (
        (
            '{"ClientAddr":"192.0.2.17:51234","ClientHost":"192.0.2.17",'
            '"ClientPort":"51234","ClientUsername":"-","DownstreamContentSize":512,'
            '"DownstreamStatus":404,"Duration":12345678,'
            '"RequestHost":"shop.example.com","RequestMethod":"GET",'
            '"RequestPath":"/cart?id=7","RequestProtocol":"HTTP/1.1",'
            '"RequestScheme":"https","RouterName":"shop@docker",'
            '"ServiceName":"shop@docker","StartUTC":"2026-03-29T10:00:00.123456789Z",'
            '"entryPointName":"web","level":"info","msg":"",'
            '"request_User-Agent":"curl/8.5","time":"2026-03-29T10:00:01Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "response_time_ms": 12.345678,
            "user_agent": "curl/8.5",
            "client_ip": "192.0.2.17",
            "bytes": 512,
            "virtual_host": "shop.example.com",
            "method": "GET",
            "path": "/cart?id=7",
            "protocol": "HTTP/1.1",
            "status_code": 404,
            "attributes": {
                "ClientAddr": "192.0.2.17:51234",
                "RouterName": "shop@docker",
                "ServiceName": "shop@docker",
                "entryPointName": "web",
                "client.port": "51234",
                "url.scheme": "https",
                "time": "2026-03-29T10:00:01Z",
            },
        },
    ),
    "Traefik: headers and a trace": (
        (
            '{"ClientHost":"192.0.2.17","ClientUsername":"jane",'
            '"DownstreamContentSize":0,"DownstreamStatus":503,"Duration":1000,'
            '"RequestMethod":"GET","RequestPath":"/",'
            '"StartUTC":"2026-03-29T10:00:00Z",'
            '"TraceId":"5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",'
            '"downstream_Content-Type":"text/html","origin_X-A":"b",'
            '"request_Referer":"https://example.com/",'
            '"request_X-Forwarded-For":"203.0.113.9","request_X-Tenant":"a",'
            '"TLSVersion":"1.3","TLSCipher":"TLS_AES_128_GCM_SHA256"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "response_time_ms": 0.001,
            "referrer": "https://example.com/",
            "forwarded_for": "203.0.113.9",
            "client_ip": "192.0.2.17",
            "user": "jane",
            "bytes": 0,
            "method": "GET",
            "path": "/",
            "status_code": 503,
            "attributes": {
                "http.response.header.content-type": "text/html",
                "http.request.header.x-tenant": "a",
                "origin_X-A": "b",
                "trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f",
                "tls.protocol.version": "1.3",
                "tls.cipher": "TLS_AES_128_GCM_SHA256",
            },
        },
    ),
    "Traefik 1": (
        (
            '{"BackendURL":{"Scheme":"http","Host":"192.0.2.5:80"},'
            '"ClientHost":"192.0.2.17","DownstreamStatus":200,"Duration":2000000,'
            '"FrontendName":"Host-shop","RequestMethod":"GET","RequestPath":"/",'
            '"StartUTC":"2026-03-29T10:00:00Z","level":"info"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "response_time_ms": 2.0,
            "client_ip": "192.0.2.17",
            "method": "GET",
            "path": "/",
            "status_code": 200,
            "attributes": {
                "BackendURL": '{"Scheme":"http","Host":"192.0.2.5:80"}',
                "FrontendName": "Host-shop",
            },
        },
    ),
    "Traefik: few fields are kept": (
        (
            '{"DownstreamStatus":200,"RequestMethod":"GET","level":"info","msg":"",'
            '"time":"2026-03-29T10:00:01Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:01.000Z",
            "level": "INFO",
            "method": "GET",
            "status_code": 200,
        },
    ),
    "Envoy: Istio's": (
        (
            '{"authority":"shop.example.com","bytes_received":0,"bytes_sent":512,'
            '"downstream_remote_address":"192.0.2.17:51234","duration":45,'
            '"method":"GET","path":"/cart?id=7","protocol":"HTTP/1.1",'
            '"request_id":"b1f0c2d3","response_code":503,"response_flags":"UF",'
            '"start_time":"2026-03-29T10:00:00.123Z",'
            '"upstream_cluster":"outbound|80||cart","user_agent":"curl/8.5",'
            '"x_forwarded_for":null}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "response_time_ms": 45.0,
            "virtual_host": "shop.example.com",
            "bytes": 512,
            "client_ip": "192.0.2.17",
            "method": "GET",
            "path": "/cart?id=7",
            "protocol": "HTTP/1.1",
            "request_id": "b1f0c2d3",
            "user_agent": "curl/8.5",
            "status_code": 503,
            "attributes": {
                "response_flags": "UF",
                "upstream_cluster": "outbound|80||cart",
                "http.request.body.size": "0",
                "client.port": "51234",
            },
        },
    ),
    "Envoy: no answer": (
        (
            '{"authority":"-","bytes_received":0,"bytes_sent":0,'
            '"downstream_remote_address":"[2001:db8::7]:51234","duration":"-",'
            '"method":"GET","path":"/","protocol":"HTTP/2","response_code":0,'
            '"response_flags":"DC","start_time":"2026-03-29T10:00:00.123Z",'
            '"x_forwarded_for":"203.0.113.9"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "bytes": 0,
            "client_ip": "2001:db8::7",
            "method": "GET",
            "path": "/",
            "protocol": "HTTP/2",
            "forwarded_for": "203.0.113.9",
            "status_code": 0,
            "attributes": {
                "response_flags": "DC",
                "http.request.body.size": "0",
                "client.port": "51234",
            },
        },
    ),
    "Envoy: TCP": (
        (
            '{"bytes_received":120,"bytes_sent":512,'
            '"downstream_remote_address":"192.0.2.17:51234","duration":1503,'
            '"method":null,"path":null,"protocol":null,"response_code":0,'
            '"response_flags":"-","start_time":"2026-03-29T10:00:00.123Z",'
            '"upstream_cluster":"db"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "response_time_ms": 1503.0,
            "bytes": 512,
            "client_ip": "192.0.2.17",
            "status_code": 0,
            "attributes": {
                "upstream_cluster": "db",
                "http.request.body.size": "120",
                "client.port": "51234",
            },
        },
    ),
    "Envoy: numbers as text": (
        (
            '{"start_time":"2026-03-29T10:00:00.123Z","response_code":"404",'
            '"duration":"12","bytes_sent":"7","method":"GET","path":"/x",'
            '"trace_id":"5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "response_time_ms": 12.0,
            "bytes": 7,
            "method": "GET",
            "path": "/x",
            "status_code": 404,
            "attributes": {"trace_id": "5c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f"},
        },
    ),
    "nginx: variables as keys": (
        (
            '{"time_iso8601":"2026-03-29T10:00:00+00:00","remote_addr":"192.0.2.17",'
            '"remote_user":"","request":"GET /cart?id=7 HTTP/1.1","status":"502",'
            '"body_bytes_sent":"512","request_time":"0.031",'
            '"http_user_agent":"curl/8.5","http_referer":""}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "status_code": 502,
            "method": "GET",
            "path": "/cart?id=7",
            "protocol": "HTTP/1.1",
            "client_ip": "192.0.2.17",
            "bytes": 512,
            "response_time_ms": 31.0,
            "user_agent": "curl/8.5",
        },
    ),
    "nginx: msec is finer, the arguments apart": (
        (
            '{"time_local":"29/Mar/2026:10:00:00 +0000","msec":"1774778400.123",'
            '"remote_addr":"192.0.2.17","request_method":"GET","uri":"/cart",'
            '"args":"id=7","server_protocol":"HTTP/2.0","status":200,"bytes_sent":700,'
            '"body_bytes_sent":512,"request_length":120,"http_x_tenant":"a",'
            '"sent_http_content_type":"text/html","host":"shop.example.com",'
            '"scheme":"https"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "status_code": 200,
            "client_ip": "192.0.2.17",
            "method": "GET",
            "path": "/cart?id=7",
            "protocol": "HTTP/2.0",
            "bytes": 512,
            "virtual_host": "shop.example.com",
            "attributes": {
                "http.request.header.x-tenant": "a",
                "http.response.header.content-type": "text/html",
                "http.response.size": "700",
                "time_local": "29/Mar/2026:10:00:00 +0000",
                "http.request.size": "120",
                "url.scheme": "https",
            },
        },
    ),
    "nginx: the sum of the servers' times": (
        (
            '{"time_local":"29/Mar/2026:10:00:00 +0000","remote_addr":"192.0.2.17",'
            '"request":"GET / HTTP/1.1","status":"200",'
            '"upstream_response_time":"0.002, - : 0.010",'
            '"upstream_addr":"192.0.2.5:80, 192.0.2.6:80 : 192.0.2.7:80",'
            '"hostname":"web-1"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "status_code": 200,
            "method": "GET",
            "path": "/",
            "protocol": "HTTP/1.1",
            "client_ip": "192.0.2.17",
            "response_time_ms": 12.0,
            "attributes": {
                "upstream_response_time": "0.002, - : 0.010",
                "upstream_addr": "192.0.2.5:80, 192.0.2.6:80 : 192.0.2.7:80",
                "host.name": "web-1",
            },
        },
    ),
    "nginx: a client that sent nothing": (
        (
            '{"time_iso8601":"2026-03-29T10:00:00+00:00","remote_addr":"192.0.2.17",'
            '"request":"","status":"000","body_bytes_sent":"0","request_time":"0.000"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "status_code": 0,
            "client_ip": "192.0.2.17",
            "bytes": 0,
            "response_time_ms": 0.0,
        },
    ),
    "nginx: a request that is none": (
        (
            '{"time_iso8601":"2026-03-29T10:00:00+00:00","remote_addr":"192.0.2.17",'
            r'"request":"\\x16\\x03","status":"400","body_bytes_sent":"150",'
            '"request_time":"0.001","request_id":"4f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5f",'
            '"ssl_protocol":"TLSv1.3"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "status_code": 400,
            "request": "\\x16\\x03",
            "client_ip": "192.0.2.17",
            "bytes": 150,
            "response_time_ms": 1.0,
            "request_id": "4f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5f",
            "attributes": {"tls.protocol.version": "TLSv1.3"},
        },
    ),
    "MongoDB: one letter, time in an object": (
        (
            '{"t":{"$date":"2026-03-29T12:00:00.123+02:00"},"s":"W","c":"NETWORK",'
            '"id":9001,"svc":"R","ctx":"conn17","msg":"slow client",'
            '"attr":{"remote":"192.0.2.17:51234","durationMillis":120}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "message": "slow client",
            "attributes": {
                "id": "9001",
                "svc": "R",
                "otel.scope.name": "NETWORK",
                "thread.name": "conn17",
                "remote": "192.0.2.17:51234",
                "durationMillis": "120",
            },
        },
    ),
    "MongoDB: D2": (
        (
            '{"t":{"$date":"2026-03-29T10:00:00.123Z"},"s":"D2","c":"STORAGE",'
            '"id":9002,"ctx":"main","msg":"checkpoint"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "DEBUG",
            "message": "checkpoint",
            "attributes": {"id": "9002", "otel.scope.name": "STORAGE", "thread.name": "main"},
        },
    ),
    "MongoDB: a slow query": (
        (
            '{"t":{"$date":"2026-03-29T10:00:00.123Z"},"s":"I","c":"COMMAND",'
            '"id":51803,"ctx":"conn17","msg":"Slow query","attr":{"type":"command",'
            '"ns":"shop.carts","command":{"find":"carts"},"durationMillis":1503},'
            '"tags":["eu"],"truncated":{"command":{}},"size":{"command":20000}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "Slow query",
            "tags": ["eu"],
            "response_time_ms": 1503.0,
            "attributes": {
                "id": "51803",
                "truncated": '{"command":{}}',
                "size": '{"command":20000}',
                "otel.scope.name": "COMMAND",
                "thread.name": "conn17",
                "type": "command",
                "db.namespace": "shop.carts",
                "command": '{"find":"carts"}',
            },
        },
    ),
    "MongoDB: milliseconds as text": (
        (
            '{"t":{"$date":{"$numberLong":"1774778400123"}},"s":"F","c":"CONTROL",'
            '"id":1,"ctx":"main","msg":"down","attr":{"id":7}}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "message": "down",
            "attributes": {
                "id": "1",
                "otel.scope.name": "CONTROL",
                "thread.name": "main",
                "attr.id": "7",
            },
        },
    ),
    "PostgreSQL: jsonlog": (
        (
            '{"timestamp":"2026-03-29 12:00:00.123 CEST","user":"app","dbname":"shop",'
            '"pid":4242,"remote_host":"192.0.2.17","remote_port":51234,'
            '"session_id":"s.1","error_severity":"ERROR","state_code":"42P01",'
            r'"message":"relation \"carts\" does not exist",'
            '"statement":"select 1 from carts","backend_type":"client backend"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "user": "app",
            "client_ip": "192.0.2.17",
            "error_code": "42P01",
            "message": 'relation "carts" does not exist',
            "attributes": {
                "session_id": "s.1",
                "backend_type": "client backend",
                "db.namespace": "shop",
                "process.pid": "4242",
                "client.port": "51234",
                "db.query.text": "select 1 from carts",
            },
        },
    ),
    "PostgreSQL: a duration": (
        (
            '{"timestamp":"2026-03-29 10:00:00.123 UTC","dbname":"shop",'
            '"remote_host":"[local]","error_severity":"LOG","state_code":"00000",'
            '"message":"duration: 12.345 ms  statement: select 1"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "duration: 12.345 ms  statement: select 1",
            "response_time_ms": 12.345,
            "attributes": {
                "db.namespace": "shop",
                "db.query.text": "select 1",
                "remote_host": "[local]",
            },
        },
    ),
    "MySQL: the JSON error log": (
        (
            '{"prio":2,"err_code":10068,"source_line":17,"source_file":"a.cc",'
            '"msg":"CA certificate is self signed.",'
            '"time":"2026-03-29T10:00:00.123456Z","err_symbol":"ER_X",'
            '"SQL_state":"HY000","subsystem":"Server","label":"Warning"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "WARN",
            "error_code": "10068",
            "message": "CA certificate is self signed.",
            "attributes": {
                "source_line": "17",
                "source_file": "a.cc",
                "err_symbol": "ER_X",
                "SQL_state": "HY000",
                "subsystem": "Server",
                "label": "Warning",
            },
        },
    ),
    "PostgreSQL: the end of a session": (
        (
            '{"timestamp":"2026-03-29 10:00:00.123 GMT","pid":7,'
            '"error_severity":"FATAL","state_code":"57P01",'
            '"message":"terminating connection","detail":"by an administrator",'
            '"context":"x"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "FATAL",
            "error_code": "57P01",
            "message": "terminating connection",
            "attributes": {"detail": "by an administrator", "context": "x", "process.pid": "7"},
        },
    ),
    "PostgreSQL: debug": (
        (
            '{"timestamp":"2026-03-29 10:00:00.123 UTC","error_severity":"DEBUG2",'
            '"message":"checkpoint"}'
        ),
        {"timestamp": "2026-03-29T10:00:00.123Z", "level": "DEBUG", "message": "checkpoint"},
    ),
    "MySQL: an error": (
        (
            '{"prio":1,"err_code":1045,"msg":"Access denied",'
            '"time":"2026-03-29T10:00:00.123456Z","thread":17}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "ERROR",
            "error_code": "1045",
            "message": "Access denied",
            "attributes": {"thread.id": "17"},
        },
    ),
    "MySQL: a note": (
        '{"prio":3,"err_code":0,"msg":"x","time":"2026-03-29T10:00:00.123456Z"}',
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "error_code": "0",
            "message": "x",
        },
    ),
    "MySQL: the system": (
        (
            '{"prio":0,"err_code":10931,"msg":"ready for connections",'
            '"time":"2026-03-29T10:00:00.123456Z"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "error_code": "10931",
            "message": "ready for connections",
        },
    ),
    "PostgreSQL: a prepared statement without a duration": (
        (
            '{"timestamp":"2026-03-29 10:00:00.123 UTC","error_severity":"LOG",'
            r'"message":"execute p1: select 1\nfrom shop"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.123Z",
            "level": "INFO",
            "message": "execute p1: select 1\nfrom shop",
            "attributes": {"db.query.text": "select 1\nfrom shop"},
        },
    ),
    "nginx: the referrer, spelled as the dictionary has it": (
        (
            '{"time_iso8601":"2026-03-29T10:00:00+00:00","request":"GET /a HTTP/1.1",'
            '"status":200,"http_referrer":"https://example.com/start"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "method": "GET",
            "path": "/a",
            "protocol": "HTTP/1.1",
            "status_code": 200,
            "referrer": "https://example.com/start",
        },
    ),
    "Lograge: durations are milliseconds": (
        (
            '{"method":"GET","path":"/items","format":"html","controller":"ItemsController",'
            '"action":"index","status":500,"error":"ArgumentError: no sku","duration":58.33,'
            '"view":40.43,"db":15.26,"time":"2026-03-29T12:00:00+02:00","ip":"203.0.113.9"}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "ERROR",
            "client_ip": "203.0.113.9",
            "method": "GET",
            "path": "/items",
            "status_code": 500,
            "response_time_ms": 58.33,
            "attributes": {
                "format": "html",
                "controller": "ItemsController",
                "action": "index",
                "view": "40.43",
                "db": "15.26",
                "exception.message": "ArgumentError: no sku",
            },
        },
    ),
    "Apache: a path alone as the request, and its query": (
        (
            '{"time":"2026-03-29T12:00:00+0200","remoteIP":"203.0.113.9","request":"/items",'
            '"query":"?page=2","method":"GET","status":"404","userAgent":"Mozilla/5.0",'
            '"referer":"-","duration":265}'
        ),
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "WARN",
            "client_ip": "203.0.113.9",
            "method": "GET",
            "path": "/items?page=2",
            "status_code": 404,
            "user_agent": "Mozilla/5.0",
            "attributes": {"duration": "265"},
        },
    ),
    "a path alone without a method is no request": (
        '{"time":"2026-03-29T10:00:00Z","request":"/items","remoteIp":"shop","status":404}',
        {
            "timestamp": "2026-03-29T10:00:00.000Z",
            "level": "INFO",
            "attributes": {"request": "/items", "remoteIp": "shop", "status": "404"},
        },
    ),
}
