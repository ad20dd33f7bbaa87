"""What each of grok's patterns matches, and what none of them does: whole texts, then whole lines.

A text stands between ``<`` and ``>``, so a pattern has to take all of it.
"""

import time
from typing import Any

import pytest
from presets import options, outcome

from millrace.parse.declared import grok
from millrace.parse.declared.grok_library import PATTERNS

TAKES: dict[str, list[str]] = {
    "WORD": ["GET", "a_1", "x", "7", "größe", "über", "café", "Ünlü", "日本語", "é"],
    "NOTSPACE": ["a,b;c", "-x", "ü"],
    "SPACE": ["", " ", " \t "],
    "DATA": ["", "a b", "[x] > y"],
    "GREEDYDATA": ["", "a b", "x > y"],
    "INT": ["-12", "+7", "007", "0"],
    "POSINT": ["17", "1"],
    "NONNEGINT": ["0", "17", "007"],
    "NUMBER": ["-1.5", ".5", "42", "+0.25"],
    "BASE10NUM": ["-1.5", ".5", "42", "1.0"],
    "BASE16NUM": ["0x1F", "-ff", "+0XaB", "17"],
    "BASE16FLOAT": ["0x1F.8", "ff", ".8", "-1.", "a.b"],
    "USER": ["jane.doe-1", "_x"],
    "USERNAME": ["jane.doe-1", "-"],
    "EMAILLOCALPART": ["j+x", "o'neill", "a.b"],
    "EMAILADDRESS": ["j+x@example.com", "a@localhost", "o'neill@mail.example.org"],
    "HTTPDUSER": ["jane.doe-1", "j+x@example.com", "-"],
    "UUID": ["b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e", "B1F0C2D3-4E5A-4B6C-8D7E-9F0A1B2C3D4E"],
    "URN": ["urn:isbn:1", "urn:uuid:b1f0c2d3-4e5a", "urn:x-a:b/c?d#e"],
    "MAC": ["001a.2b3c.4d5e", "00-1A-2B-3C-4D-5E", "00:1a:2b:3c:4d:5e"],
    "CISCOMAC": ["001a.2b3c.4d5e"],
    "WINDOWSMAC": ["00-1A-2B-3C-4D-5E"],
    "COMMONMAC": ["00:1a:2b:3c:4d:5e"],
    "IPV4": ["192.0.2.1", "010.0.0.1", "255.255.255.255", "0.0.0.0"],
    "IPV6": [
        *("2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0", "::", "::1", "2001:db8::"),
        *("2001:DB8:0:0:1:2:3:4", "1:2:3:4:5:6:192.0.2.1", "64:ff9b::192.0.2.1", "1::2:3:4:5:6:7"),
        "1:2:3:4:5:6:7::",
    ],
    "IP": ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"],
    "HOSTNAME": ["web-1.example.com", "localhost", "example.com.", "1.example.com", "a--b"],
    "IPORHOST": ["web-1.example.com", "192.0.2.1", "2001:db8::1", "192.0.2.1.example.com"],
    "HOSTPORT": ["192.0.2.1:80", "web-1:8080", "[2001:db8::1]:443"],
    "UNIXPATH": ["/var/log/x.log", "/", r"/a\ b/c", "/tmp/größe"],
    "TTY": ["/dev/pts/0", "/dev/tty1", "/dev/console"],
    "WINPATH": [r"C:\a b\c", r"\\server\share\x.txt"],
    "PATH": ["/var/log/x.log", r"C:\a b\c"],
    "URIPROTO": ["https", "svn+ssh", "x-y.z"],
    "URIUSER": ["u:p@"],
    "URIHOST": ["u:p@example.com:8080", "example.com", "192.0.2.1:80", "[2001:db8::1]:80"],
    "URIPATH": ["/a/b", "/", "/a;x=1,2/~b", "/%7Ea", "/größe"],
    "URIQUERY": ["x=1", "", "a[]=1&b=/?"],
    "URIPARAM": ["?x=1", "?"],
    "URIPATHPARAM": ["/a?x=1", "/a"],
    "URI": ["https://example.com/a?x=1", "ftp://u:p@example.com:8080", "file:///etc/hosts"],
    "MONTH": ["Mar", "March", "Jan", "Sept", "September", "Januar", "März", "Mai", "Okt", "Dez"],
    "MONTHNUM": ["3", "03", "12", "10"],
    "MONTHNUM2": ["03", "12"],
    "MONTHDAY": ["1", "01", "9", "31", "30", "29"],
    "DAY": ["Sun", "Sunday", "Thu", "Thurs", "Wednesday"],
    "YEAR": ["26", "2026"],
    "HOUR": ["9", "09", "0", "23", "19"],
    "MINUTE": ["00", "59"],
    "SECOND": ["00", "59", "60", "7", "00.123", "00,123", "00:123"],
    "TIME": ["10:00:00", "9:05:00", "23:59:60", "10:00:00,123", "10:00:00.123456"],
    "DATE_US": ["03/29/2026", "3-9-26"],
    "DATE_EU": ["29.03.2026", "29/03/26", "29-3-2026"],
    "DATE": ["03/29/2026", "29.03.2026"],
    "DATESTAMP": ["29-03-2026 10:00:00", "03/29/2026-10:00:00.5"],
    "TZ": ["UTC", "EST", "PDT", "MST", "CDT"],
    "ISO8601_HOUR": ["09", "23"],
    "ISO8601_SECOND": ["00", "59.123"],
    "ISO8601_TIMEZONE": ["Z", "+02:00", "-0330", "+02"],
    "TIMESTAMP_ISO8601": [
        *("2026-03-29T10:00:00,123+0200", "2026-03-29 10:00", "2026-3-9 9:05"),
        *("2026-03-29T10:00:00.123456Z", "2026-03-29T1000"),
    ],
    "DATESTAMP_RFC822": ["Sun Mar 29 2026 10:00:00 UTC"],
    "DATESTAMP_RFC2822": ["Sun, 29 Mar 2026 10:00:00 +0000"],
    "DATESTAMP_OTHER": ["Sun Mar 29 10:00:00 UTC 2026"],
    "DATESTAMP_EVENTLOG": ["20260329100000", "20261231235959"],
    "HTTPDATE": ["29/Mar/2026:10:00:00 +0000", "29/Mar/2026:10:00:00.123 -0330"],
    "HTTPDERROR_DATE": ["Sun Mar 29 10:00:00.123456 2026", "Sun Mar  1 10:00:00 2026"],
    "SYSLOGTIMESTAMP": ["Mar  9 10:00:00", "Mar 29 10:00:00.123"],
    "SYSLOGHOST": ["web-1", "192.0.2.1"],
    "SYSLOGFACILITY": ["<3.6>"],
    "PROG": ["sshd", "postfix/smtpd", "my(app)"],
    "SYSLOGPROG": ["sshd[4242]", "postfix/smtpd[7]", "kernel"],
    "SYSLOGBASE": ["Mar 29 10:00:00 web-1 sshd[7]:", "Mar 29 10:00:00 <3.6> web-1 kernel:"],
    "SYSLOGBASE2": ["2026-03-29T10:00:00Z web-1 sshd[7]:"],
    "SYSLOG5424SD": ['[a@1 b="c"]', r'[a@1 b="\"]"][d@1]'],
    "SYSLOG5424PRI": ["<134>"],
    "SYSLOG5424PRINTASCII": ["app-1[x]"],
    "CRON_ACTION": ["CMD", "END OF JOB"],
    "CISCOTIMESTAMP": ["Mar 29 2026 10:00:00", "Mar 29 10:00:00.123"],
    "CISCOTAG": ["ASA-6-302013", "SYS-5-CONFIG_I", "SEC_LOGIN-SUB-4-LOGIN"],
    "LOGLEVEL": [
        *("warn", "WARNING", "Err", "SEVERE", "info", "Information", "TRACE", "notice", "Alert"),
        *("debug", "error", "crit", "CRITICAL", "fatal", "emerg", "Emergency"),
    ],
    "QUOTEDSTRING": [r'"a \" b"', '""', "'it'", "`x`", r'"\\"'],
    "QS": ['"a"', "''"],
    "JAVACLASS": ["com.example.Cart", "Cart", "a.B$C", "c.e.Cart"],
    "JAVAMETHOD": ["start", "<init>", "<clinit>", "lambda$a$0"],
    "JAVAFILE": ["Cart.java", "Native Method"],
    "JAVASTACKTRACEPART": [
        "  at a.B.c(D.java:1)",
        "\tat java.base/java.lang.Thread.run(Thread.java:833)",
        "at a.B.<init>(Native Method)",
    ],
    "JULLEVEL": ["SEVERE", "FINE", "FINEST"],
    "CATALINA_DATESTAMP": ["29-Mar-2026 10:00:00.123", "Mar 29, 2026 10:00:00 AM"],
    "TOMCAT_DATESTAMP": ["2026-03-29 10:00:00,123 -0800", "2026-03-29 10:00:00"],
    "RUBY_LOGLEVEL": ["DEBUG", "ANY"],
    "HAPROXYDATE": ["29/Mar/2026:10:00:00.123"],
    "REDISTIMESTAMP": ["29 Mar 2026 10:00:00.123", "29 Mar 10:00:00"],
    "HTTPD_CLIENT": ["192.0.2.1", "2001:db8::1", "web-1.example.com", "unix:", "-", "::1"],
}
REFUSES: dict[str, list[str]] = {
    "WORD": ["a-b", "", "a b", "a\u2013b", "…"],
    "NOTSPACE": ["", "a b"],
    "SPACE": ["x"],
    "DATA": ["a\nb"],
    "GREEDYDATA": ["a\nb"],
    "INT": ["1.5", "", "+", "1e3"],
    "POSINT": ["0", "-1", "017"],
    "NONNEGINT": ["-1", "1.5"],
    "NUMBER": ["1.", "1e3", "", ".", "+-1", "1.2.3"],
    "BASE16NUM": ["0xG", "0x", "xff"],
    "BASE16FLOAT": [".", "0x"],
    "USER": ["jane@x", "a b"],
    "EMAILADDRESS": ["@example.com", "a@", "a b@example.com"],
    "HTTPDUSER": ["a b", ""],
    "UUID": ["b1f0c2d34e5a4b6c8d7e9f0a1b2c3d4e", "b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4"],
    "URN": ["isbn:1", "urn:isbn", "urn::1"],
    "MAC": ["00:1a-2b:3c:4d:5e", "00:1a:2b:3c:4d", "001a.2b3c-4d5e"],
    "IPV4": ["256.1.1.1", "1.2.3", "1.2.3.4.5", "192.0.2.1234", "1.2.3.x"],
    "IPV6": [
        *(":::", "2001:db8:::1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::1", "1::2::3", ":"),
        *("::g", "::ffff:256.0.2.1", "00:1a:2b:3c:4d:5e", "10:00:00"),
    ],
    "IP": ["256.1.1.1", ":::"],
    "HOSTNAME": ["-web", "a_b", "a..b", ""],
    "IPORHOST": ["a_b", "-web"],
    "HOSTPORT": ["192.0.2.1:0", "192.0.2.1", ":80"],
    "UNIXPATH": ["var/log", "/a b"],
    "TTY": ["/dev/sda"],
    "WINPATH": ["a b", "C:", r"C:\a?b"],
    "PATH": ["var/log"],
    "URIPROTO": ["1http", ""],
    "URIPATH": ["a/b", "/a b", "/a?x"],
    "URIPARAM": ["x=1"],
    "URI": ["example.com/a", "1http://example.com"],
    "MONTH": ["Mars", "mar", "Mrx", "13"],
    "MONTHNUM": ["13", "0", "00"],
    "MONTHNUM2": ["3", "13"],
    "MONTHDAY": ["32", "0", "00"],
    "DAY": ["So", "Sund", "sun"],
    "YEAR": ["026", "2"],
    "HOUR": ["24", "123"],
    "MINUTE": ["60", "5"],
    "SECOND": ["61", "00."],
    "TIME": ["24:00:00", "10:00", "10:60:00", "10:00:000"],
    "DATE_US": ["29/03/2026", "2026-03-29"],
    "DATE_EU": ["03/29/2026", "2026-03-29"],
    "DATE": ["2026-03-29"],
    "TZ": ["CET", "utc"],
    "ISO8601_TIMEZONE": ["CET", "z", "+25"],
    "TIMESTAMP_ISO8601": [
        *("2026-03-29T10", "2026-03-29t10:00:00", "2026-03-29T10:00:00z", "2026-13-29T10:00"),
        "2026-03-29",
    ],
    "DATESTAMP_EVENTLOG": ["2026032910", "20261329100000"],
    "HTTPDATE": ["29/Mar/2026:10:00:00", "29/Mar/2026 10:00:00 +0000"],
    "SYSLOGTIMESTAMP": ["2026-03-29T10:00:00Z", "Mars 9 10:00:00"],
    "SYSLOGFACILITY": ["<134>", "<3>"],
    "PROG": ["a b", "a[b", ""],
    "SYSLOGPROG": ["my app", "sshd[x]"],
    "LOGLEVEL": ["FINE", "PANIC", "wArn", "warns", "informative"],
    "QUOTEDSTRING": ['"a', 'a"', '"a"b"', r'"\"', "\"a'"],
    "JAVACLASS": ["1a", "a.", "a..B"],
    "JAVASTACKTRACEPART": ["at a.B.c", "a.B.c(D.java:1)"],
}
# What a pattern finds in a longer line, alone and without anchors.
FINDS: dict[str, tuple[str, str, str | None]] = {
    "the first whole word": ("WORD", "- abc-d", "abc"),
    "a number from its sign on": ("NUMBER", "at -2.5 C", "-2.5"),
    "no number from within another": ("NUMBER", "1.2.3", "1.2"),
    "no address from within a number": ("IPV4", "1256.1.1.1", None),
    "an address after a letter": ("IPV4", "v192.0.2.1x", "192.0.2.1"),
    "no address that a digit follows": ("IPV4", "192.0.2.1234", None),
    "an address that a point follows": ("IP", "from 192.0.2.1.", "192.0.2.1"),
    "all of a short IPv6 address": ("IP", "to 2001:db8::7 port 80", "2001:db8::7"),
    "no time of an hour that is none": ("TIME", "24:00:00", None),
    "a time after a letter": ("TIME", "T10:00:00Z", "10:00:00"),
    "no date from within another": ("DATE", "2026-03-29", None),
    "no path within a word": ("UNIXPATH", "var/log", None),
    "the longer of two words for a level": ("LOGLEVEL", "x WARNING y", "WARNING"),
    "the longest month": ("MONTHNUM", "12", "12"),
    "the shortest text, which is none": ("DATA", "abc", None),
}
LINES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "COMMONAPACHELOG of a Combined line": (
        "COMMONAPACHELOG",
        '192.0.2.17 - jane [29/Mar/2026:10:00:00 +0200] "GET /a?x=1 HTTP/1.1" 200 - "-" "curl"',
        {
            **{"timestamp": "2026-03-29T08:00:00.000Z", "level": "INFO", "status_code": 200},
            **{"client_ip": "192.0.2.17", "user": "jane", "method": "GET", "path": "/a?x=1"},
            **{"protocol": "HTTP/1.1", "attributes": {"extra": '"-" "curl"'}},
        },
    ),
    "COMBINEDAPACHELOG with escaped quotes": (
        "COMBINEDAPACHELOG",
        r'2001:db8::17 - - [29/Mar/2026:10:00:00 +0000] "-" 408 0 "-" "say \"hi\""',
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "WARN", "status_code": 408},
            **{"client_ip": "2001:db8::17", "bytes": 0, "user_agent": r"say \"hi\""},
        },
    ),
    "COMBINEDAPACHELOG with a blank in the target": (
        "COMBINEDAPACHELOG",
        '192.0.2.17 - - [29/Mar/2026:10:00:00 +0000] "GET /a b HTTP/1.0" 500 7 "-" "-"',
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "ERROR", "status_code": 500},
            **{"client_ip": "192.0.2.17", "bytes": 7, "method": "GET", "path": "/a b"},
            "protocol": "HTTP/1.0",
        },
    ),
    "HTTPD_ERRORLOG of 2.4": (
        "HTTPD_ERRORLOG",
        "[Sun Mar 29 10:00:00.123456 2026] [proxy:error] [pid 7:tid 140000] (111)Connection"
        " refused: [client 192.0.2.7:5000] AH00957: HTTP: attempt failed",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "ERROR", "proc_id": "7"},
            **{
                "client_ip": "192.0.2.7",
                "error_code": "AH00957",
                "message": "HTTP: attempt failed",
            },
            "attributes": {
                **{"module": "proxy", "thread.id": "140000", "client.port": "5000"},
                **{"errno": "111", "errno.message": "Connection refused"},
            },
        },
    ),
    "HTTPD20_ERRORLOG": (
        "HTTPD20_ERRORLOG",
        "[Sun Mar 29 10:00:00 2026] [warn] [client 192.0.2.7] slow",
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "WARN"},
            **{"client_ip": "192.0.2.7", "message": "slow"},
        },
    ),
    "HTTPD24_ERRORLOG without a client": (
        "HTTPD24_ERRORLOG",
        "[Sun Mar 29 10:00:00.123456 2026] [mpm_event:notice] [pid 7:tid 8] AH00489: configured",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "proc_id": "7"},
            **{"error_code": "AH00489", "message": "configured"},
            "attributes": {"module": "mpm_event", "thread.id": "8"},
        },
    ),
    "SYSLOGLINE": (
        "SYSLOGLINE",
        "Mar 29 10:00:00 web-1 postfix/smtpd[7]: connect from example.com",
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "hostname": "web-1"},
            **{"app_name": "postfix/smtpd", "proc_id": "7", "message": "connect from example.com"},
        },
    ),
    "SYSLOGLINE with facility and severity": (
        "SYSLOGLINE",
        "2026-03-29T10:00:00Z <3.6> web-1 cron: x",
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "hostname": "web-1"},
            **{"app_name": "cron", "message": "x", "facility": 3, "attributes": {"priority": "6"}},
        },
    ),
    "SYSLOG5424LINE": (
        "SYSLOG5424LINE",
        '<131>1 2026-03-29T10:00:00.123Z web-1 app 7 - [a@1 b="c"] failed',
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "ERROR", "hostname": "web-1"},
            **{"app_name": "app", "proc_id": "7", "message": "failed", "facility": 16},
            "severity": 3,
            "attributes": {"syslog5424_ver": "1", "structured_data": '[a@1 b="c"]'},
        },
    ),
    "CRONLOG": (
        "CRONLOG",
        "Mar 29 10:00:00 web-1 CRON[7]: (jane) CMD (run-parts /etc/x)",
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO", "hostname": "web-1"},
            **{"app_name": "CRON", "proc_id": "7", "user": "jane", "message": "run-parts /etc/x"},
            "attributes": {"action": "CMD"},
        },
    ),
    "CISCO_TAGGED_SYSLOG": (
        "CISCO_TAGGED_SYSLOG",
        "<164>Mar 29 2026 10:00:00 fw-1 : %ASA-4-106023: Deny tcp",
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "WARN", "hostname": "fw-1"},
            **{"facility": 20, "severity": 4, "msg_id": "ASA-4-106023"},
            "attributes": {"extra": "Deny tcp"},
        },
    ),
    "HAPROXYHTTP": (
        "HAPROXYHTTP",
        "Mar 29 10:00:00 lb-1 haproxy[7]: 192.0.2.17:5000 [29/Mar/2026:10:00:00.123] web~ app/s1"
        ' 0/1/-1/3/+12 200 +512 - - ---- 1/2/3/4/+5 6/7 {example.com|x} "GET /a HTTP/1.1"',
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "status_code": 200},
            **{"client_ip": "192.0.2.17", "bytes": 512, "response_time_ms": 12.0, "method": "GET"},
            **{"path": "/a", "protocol": "HTTP/1.1", "hostname": "lb-1", "app_name": "haproxy"},
            "proc_id": "7",
            "attributes": {
                **{"client.port": "5000", "frontend_name": "web~", "backend_name": "app"},
                **{"server_name": "s1", "TR": "0", "Tw": "1", "Tr": "3"},
                **{"termination_state": "----", "actconn": "1", "feconn": "2", "beconn": "3"},
                **{"srv_conn": "4", "retries": "5", "srv_queue": "6", "backend_queue": "7"},
                "captured_request_headers": "example.com|x",
            },
        },
    ),
    "HAPROXYTCP": (
        "HAPROXYTCP",
        "192.0.2.17:5000 [29/Mar/2026:10:00:00.123] db pg/s1 0/1/-1 512 -- 1/2/3/4/5 6/7",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO"},
            **{"client_ip": "192.0.2.17", "bytes": 512},
            "attributes": {
                **{"client.port": "5000", "frontend_name": "db", "backend_name": "pg"},
                **{"server_name": "s1", "Tw": "0", "Tc": "1", "termination_state": "--"},
                **{"actconn": "1", "feconn": "2", "beconn": "3", "srv_conn": "4", "retries": "5"},
                **{"srv_queue": "6", "backend_queue": "7"},
            },
        },
    ),
    "ELB_ACCESS_LOG": (
        "ELB_ACCESS_LOG",
        "2026-03-29T10:00:00.123456Z lb-1 192.0.2.17:5000 198.51.100.7:80 0.000022 0.001337"
        ' 0.00003 200 200 0 512 "GET https://example.com:443/a?x=1 HTTP/1.1" "curl/8.5"'
        " TLS_AES_128_GCM_SHA256 TLSv1.3",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "status_code": 200},
            **{"client_ip": "192.0.2.17", "bytes": 512, "method": "GET", "path": "/a?x=1"},
            **{"protocol": "HTTP/1.1", "virtual_host": "example.com", "user_agent": "curl/8.5"},
            "attributes": {
                **{"elb": "lb-1", "client.port": "5000", "backend": "198.51.100.7:80"},
                **{"request_processing_time": "0.000022", "backend_processing_time": "0.001337"},
                **{"response_processing_time": "0.00003", "backend_status_code": "200"},
                **{"http.request.body.size": "0", "url.scheme": "https", "server.port": "443"},
                **{"tls.cipher": "TLS_AES_128_GCM_SHA256", "tls.protocol.version": "TLSv1.3"},
            },
        },
    ),
    "ELB_ACCESS_LOG of TCP": (
        "ELB_ACCESS_LOG",
        '2026-03-29T10:00:00.123456Z lb-1 192.0.2.17:5000 - -1 -1 -1 - - 82 305 "- - - " "-" - -',
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO"},
            **{"client_ip": "192.0.2.17", "bytes": 305},
            "attributes": {
                **{"elb": "lb-1", "client.port": "5000", "http.request.body.size": "82"},
            },
        },
    ),
    "S3_ACCESS_LOG": (
        "S3_ACCESS_LOG",
        "0a1b example-bucket [29/Mar/2026:10:00:00 +0000] 192.0.2.17 - 3E57 REST.GET.OBJECT a/b.txt"
        ' "GET /a/b.txt HTTP/1.1" 404 NoSuchKey 297 - 12 11 "-" "curl/8.5" - host= SigV4',
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "WARN", "status_code": 404},
            **{"client_ip": "192.0.2.17", "bytes": 297, "method": "GET", "path": "/a/b.txt"},
            **{"protocol": "HTTP/1.1", "error_code": "NoSuchKey", "response_time_ms": 12.0},
            **{"user_agent": "curl/8.5", "request_id": "3E57"},
            "attributes": {
                **{"bucket_owner": "0a1b", "aws.s3.bucket": "example-bucket"},
                **{"operation": "REST.GET.OBJECT", "aws.s3.key": "a/b.txt"},
                **{"turnaround_time": "11", "extra": "host= SigV4"},
            },
        },
    ),
    "CATALINALOG": (
        "CATALINALOG",
        "29-Mar-2026 10:00:00.123 SEVERE [main] org.example.Cart.start failed",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "ERROR", "message": "failed"},
            "attributes": {"thread.name": "main", "code.function.name": "org.example.Cart.start"},
        },
    ),
    "CATALINA7_LOG, two lines": (
        "CATALINA7_LOG",
        "Mar 29, 2026 10:00:00 PM org.example.Cart start\nINFO: started",
        {
            **{"timestamp": "2026-03-29T22:00:00.000Z", "level": "INFO", "message": "started"},
            "attributes": {"code.function.name": "org.example.Cart start"},
        },
    ),
    "TOMCATLOG": (
        "TOMCATLOG",
        "2026-03-29 10:00:00,123 +0200 | ERROR | org.example.Cart - failed",
        {
            **{"timestamp": "2026-03-29T08:00:00.123Z", "level": "ERROR", "message": "failed"},
            "attributes": {"otel.scope.name": "org.example.Cart"},
        },
    ),
    "JAVASTACKTRACEPART": (
        "JAVASTACKTRACEPART",
        "\tat org.example.Cart.add(Cart.java:17)",
        {
            **{"timestamp": "2026-03-29T10:00:05.000Z", "level": "INFO"},
            "attributes": {
                "code.function.name": "org.example.Cart.add",
                **{"code.file.path": "Cart.java", "code.line.number": "17"},
            },
        },
    ),
    "RUBY_LOGGER": (
        "RUBY_LOGGER",
        "W, [2026-03-29T10:00:00.123456 #7]  WARN -- cart: stock low",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "WARN", "proc_id": "7"},
            **{"message": "stock low", "attributes": {"progname": "cart"}},
        },
    ),
    "MONGO3_LOG": (
        "MONGO3_LOG",
        "2026-03-29T10:00:00.123+0000 I NETWORK  [conn17] end connection",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO"},
            "message": "end connection",
            "attributes": {"otel.scope.name": "NETWORK", "thread.name": "conn17"},
        },
    ),
    "REDISLOG": (
        "REDISLOG",
        "7:M 29 Mar 2026 10:00:00.123 * Ready to accept connections",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "proc_id": "7"},
            "message": "Ready to accept connections",
        },
    ),
    "BIND9": (
        "BIND9",
        "29-Mar-2026 10:00:00.123 queries: info: client @0x7f01 192.0.2.17#5000 (example.com):"
        " query: example.com IN A +E(0)K (198.51.100.53)",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "client_ip": "192.0.2.17"},
            "attributes": {
                **{"otel.scope.name": "queries", "client.port": "5000"},
                **{"dns.question.name": "example.com", "dns.question.class": "IN"},
                **{"dns.question.type": "A", "dns.flags": "+E(0)K"},
                "server.address": "198.51.100.53",
            },
        },
    ),
    "SQUID3": (
        "SQUID3",
        "1774778400.123     12 192.0.2.17 TCP_MISS/200 512 GET http://example.com/ jane"
        " DIRECT/198.51.100.7 text/html",
        {
            **{"timestamp": "2026-03-29T10:00:00.123Z", "level": "INFO", "status_code": 200},
            **{"client_ip": "192.0.2.17", "bytes": 512, "method": "GET", "user": "jane"},
            **{"path": "http://example.com/", "response_time_ms": 12.0},
            "attributes": {
                **{"cache_result": "TCP_MISS", "hierarchy_code": "DIRECT"},
                **{"server.address": "198.51.100.7", "content_type": "text/html"},
            },
        },
    ),
    "NAGIOSLOGLINE": (
        "NAGIOSLOGLINE",
        "[1774778400] SERVICE ALERT: web-1;HTTP;CRITICAL;SOFT;1;timeout",
        {
            **{"timestamp": "2026-03-29T10:00:00.000Z", "level": "INFO"},
            "message": "web-1;HTTP;CRITICAL;SOFT;1;timeout",
            "attributes": {"nagios_type": "SERVICE ALERT"},
        },
    ),
}
PIECES = [(name, text) for name, texts in TAKES.items() for text in texts]
OTHERS = [(name, text) for name, texts in REFUSES.items() for text in texts]
LONGEST_LINE = 262_144
LIMIT_S = 10.0


def whole(name: str, text: str) -> dict[str, Any]:
    return outcome(grok.parser(f"^<(?<kept>%{{{name}}})>$", options({})), f"<{text}>")


@pytest.mark.parametrize(("name", "text"), PIECES)
def test_pattern_takes(name: str, text: str) -> None:
    found = whole(name, text)
    assert found.get("dead") in (None, "bad_timestamp"), found
    if found.get("attributes"):
        assert found["attributes"].get("kept", "-") in (text, "-")


@pytest.mark.parametrize(("name", "text"), OTHERS)
def test_pattern_refuses(name: str, text: str) -> None:
    assert whole(name, text).get("dead") == "no_match"


@pytest.mark.parametrize("name", FINDS)
def test_pattern_alone_finds(name: str) -> None:
    pattern, line, expected = FINDS[name]
    found = outcome(grok.parser(f"%{{{pattern}:kept}}", options({})), line)
    assert found.get("attributes", {}).get("kept") == expected


@pytest.mark.parametrize("name", LINES)
def test_pattern_of_lines_gives_exactly_these_fields(name: str) -> None:
    pattern, line, fields = LINES[name]
    assert outcome(grok.parser(f"%{{{pattern}}}", options({})), line) == fields


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_compiles_and_takes_little_time(name: str) -> None:
    """Of the longest line that there is, made of what the pattern takes."""
    parse = grok.parser(f"(?s:.*)%{{{name}}}(?<rest>(?s:.*))\x01", options({}))
    samples = TAKES.get(name, []) + [line for pattern, line, _ in LINES.values() if pattern == name]
    for unit in ("x", *samples[:2]):
        line = (unit or " ") * (LONGEST_LINE // len(unit or " "))
        began = time.perf_counter()
        assert outcome(parse, line)["dead"] == "no_match"
        assert time.perf_counter() - began < LIMIT_S


def test_every_pattern_has_its_cases() -> None:
    of_lines = {pattern for pattern, _, _ in LINES.values()}
    assert PATTERNS.keys() - TAKES.keys() - of_lines == {
        *("OCTET", "JAVALOGMESSAGE", "HAPROXYTIME", "HAPROXYHTTPBASE", "BIND9_TIMESTAMP"),
        *("HTTPD_REQUEST", "HTTPD_QUOTED", "HTTPD_COMMONLOG", "HTTPD_COMBINEDLOG"),
        *("S3_REQUEST_LINE", "SYSLOG5424BASE", "MONGO3_SEVERITY", "MONGO3_COMPONENT"),
        "CATALINA8_LOG",
    }
