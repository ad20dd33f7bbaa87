"""The chain of each format over lines in memory, in one process: parse, enrich, score; no Spark."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from bench.page import at_least
from millrace import config
from millrace.config import Feed
from millrace.config.feeds import Declaration
from millrace.io import reference_data
from millrace.simulate.lines import SOURCES, generate
from millrace.transform.chain import Chain, Letter
from millrace.transform.spec import Spec

LINES, ROUNDS = 20_000, 7
COMBINED = "combined"
# Goals by what is declared, as shares of the speed of `combined`.
DECLARED = {"nginx directive": 0.7, "Apache directive": 0.7, "grok": 0.4, "regex": 0.4}

_ADDRESS = r"(?P<client_ip>\S+) (?P<ident>\S+) (?P<user>\S+) \[(?P<timestamp>[^\]]+)\]"
_REQUEST = r'"(?P<method>\S+) (?P<path>\S+) (?P<protocol>\S+)" (?P<status_code>\d+) (?P<bytes>\d+)'
_DECLARATIONS = {
    "nginx directive": {
        "nginx": '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
        ' "$http_referer" "$http_user_agent" $request_time'
    },
    "Apache directive": {"apache": '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %{ms}T'},
    "grok": {"grok": "%{COMBINEDAPACHELOG} %{NUMBER:request_time}"},
    "regex": {
        "regex": rf'{_ADDRESS} {_REQUEST} "(?P<referrer>[^"]*)" "(?P<user_agent>[^"]*)"'
        r" (?P<request_time>\S+)"
    },
}
# One line of those that nothing simulates; numbers differ from line to line.
_TYPICAL = {
    "klog": 'I0329 10:00:00.{n:06} 1 main.go:42] "Synced" pod="shop/web-{n}" took="12ms"',
    "nginx_error": '2026/03/29 10:00:00 [error] 7#7: *{n} open() "/x" failed (2: No such file),'
    ' client: 192.0.2.7, server: example.com, request: "GET /x?{n} HTTP/1.1", host: "example.com"',
    "apache_error": "[Sun Mar 29 10:00:00.{n:06} 2026] [proxy:error] [pid 7:tid {n}]"
    " [client 192.0.2.7:{n}] AH00898: Error reading from remote server, referer: https://a.example/",
    "traefik": '192.0.2.7 - - [29/Mar/2026:10:00:00 +0000] "GET /cart?id={n} HTTP/1.1" 200 512 "-"'
    ' "curl/8.5" {n} "shop@docker" "http://192.0.2.80:80" 12ms',
    "iis": "2026-03-29 10:00:00 192.0.2.80 GET /cart id={n} 443 - 192.0.2.7 Mozilla/5.0+(X11)"
    " https://a.example/ 200 0 0 46",
    "alb": "https 2026-03-29T10:00:00.123456Z app/shop/7e2a 192.0.2.7:{n} 192.0.2.80:80 0.001 0.02"
    ' 0.000 200 200 34 366 "GET https://shop.example.com:443/cart?id={n} HTTP/1.1" "curl/8.5"'
    ' TLS_AES_128_GCM_SHA256 TLSv1.3 arn "Root=1-69c7a1b2-0123456789abcdef01234567" "-" "-" 0'
    ' 2026-03-29T10:00:00.077000Z "forward" "-" "-" "-" "-" "-" "-"',
    "cloudfront": "2026-03-29\t10:00:00\tFRA56-P1\t1390\t192.0.2.7\tGET\td1.example.net\t/cart\t200"
    "\t-\tMozilla/5.0%20(X11)\tid={n}\t-\tHit\tabc{n}==\tshop.example.com\thttps\t350\t0.046\t-"
    "\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t51234\t0.045\tHit\ttext/html\t512\t-\t-",
    "s3_access": "0f1e shop [29/Mar/2026:10:00:00 +0000] 192.0.2.7 - 7B1C REST.GET.OBJECT img/{n}"
    ' "GET /img/{n} HTTP/1.1" 200 - 272 272 17 16 "-" "curl/8.5" - qL0= SigV4 TLS_AES AuthHeader'
    " shop.s3.example.com TLSv1.3 - -",
    "postgres": "2026-03-29 10:00:00.123 UTC [{n}] app@shop LOG:  duration: 12.345 ms  statement:"
    " SELECT * FROM carts WHERE id = {n}",
    "mysql_error": "2026-03-29T10:00:00.{n:06}Z {n} [Warning] [MY-010068] [Server] CA is bad",
    "mysql_slow": "# Time: 2026-03-29T10:00:00.{n:06}Z\n# User@Host: app[app] @ web-1 [192.0.2.7]"
    "  Id: {n}\n# Query_time: 2.000123  Lock_time: 0.000001 Rows_sent: 1  Rows_examined: 100\n"
    "SET timestamp=1774778398;\nSELECT COUNT(*) FROM carts;",
    "log4j": "2026-03-29T10:00:00.{n:06}Z  WARN 7 --- [cart] [exec-{n}] c.e.cart.Cart : stock low",
    "python": "2026-03-29 10:00:00,123 - shop.pay - ERROR - card {n} was declined",
    "rails": "I, [2026-03-29T10:00:00.{n:06} #7]  INFO -- : [b1f0c2d3-4e5a-4b6c-8d7e-9f0a1b2c3d4e]"
    " Completed 200 OK in {n}ms (Views: 8.1ms | ActiveRecord: 2.0ms)",
}


@dataclass(frozen=True)
class Speed:
    """How fast one format's chain was in each round, in lines a second of processor time."""

    format: str
    lines_per_s: list[float]


def measured(on_step: Callable[[str], object]) -> list[Speed]:
    """Every format in turn, some rounds; lines that are no records would be no measure.

    Raises ValueError where a line is none.
    """
    end = datetime.now(UTC)
    received_ms = int(end.timestamp() * 1_000)
    cases = {name: (Chain(spec), [*_lines(lines_of, end)]) for name, spec, lines_of in _specs()}
    found: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(ROUNDS + 1):
        for name, (chain, lines) in cases.items():
            on_step(name)
            began = time.process_time()
            outcomes = [chain.outcomes(line, None, received_ms) for line in lines]
            took_s = time.process_time() - began
            if any(isinstance(one, Letter) for several in outcomes for one in several):
                raise ValueError(f"{name}: a line is no record")
            if number:  # The first warms up.
                found[name].append(len(lines) / took_s)
    return [Speed(name, speeds) for name, speeds in found.items()]


def rows(found: Sequence[Speed]) -> list[tuple[str, ...]]:
    """Lines/s and us a line of each format, and its share of the speed of `combined`."""
    base = next(one for one in found if one.format == COMBINED)
    table: list[tuple[str, ...]] = [("format", "lines/s", "min", "max", "us/line", "of combined")]
    for one in found:
        speeds = one.lines_per_s
        share = _share(one, base)
        numbers = (
            f"{round(value, -2):,.0f}" for value in (median(speeds), min(speeds), max(speeds))
        )
        table.append((one.format, *numbers, f"{1e6 / median(speeds):.1f}", f"{share:.2f}"))
    return table


def goals(found: Sequence[Speed]) -> Iterator[str]:
    """What is declared against `combined`."""
    base = next(one for one in found if one.format == COMBINED)
    for one in found:
        if one.format in DECLARED:
            wanted = DECLARED[one.format]
            yield at_least(f"{one.format} / combined", _share(one, base), wanted)


def _share(one: Speed, base: Speed) -> float:
    """The median of the rounds' ratios: what slows one round slows both."""
    return median(a / b for a, b in zip(one.lines_per_s, base.lines_per_s, strict=True))


def _specs() -> Iterator[tuple[str, Spec, str]]:
    """Each format's name, its chain, and where its lines are from."""
    declared = {name: Declaration.model_validate(own) for name, own in _DECLARATIONS.items()}
    names = {f"x{n}": declared[name] for n, name in enumerate(declared)}
    conf = config.load(config.DEFAULT_FILE).model_copy(update={"formats": names})

    def spec(format: str) -> Spec:
        feed = Feed(name="bench", topic="bench", format=format, service_name="web")
        return reference_data.spec(conf, feed)

    for name in ("combined", "app", "shop", "syslog"):
        yield name, spec(name), name
    for number, name in enumerate(declared):
        # nginx writes seconds, Apache here milliseconds, as `combined` has them.
        yield name, spec(f"x{number}"), "combined" if "Apache" in name else "nginx"
    for name in ("pino", "zap", "otlp"):
        yield f"json ({name})", spec("json"), name
    for name in ("cri", "filebeat"):
        yield f"combined in {name}", spec("combined"), name
    for name in ("logfmt", "haproxy", *_TYPICAL):
        yield name, spec(name), name


def _lines(name: str, end: datetime) -> Iterator[bytes]:
    if name in SOURCES:
        start = end - timedelta(minutes=5)
        for line in generate(name, LINES, seed=1, start=start, end=end):
            yield line.value
    else:
        for n in range(LINES):
            yield _TYPICAL[name].replace("{n:06}", f"{n:06}").replace("{n}", str(n)).encode()
