"""What holds for the chain of any feed: one verdict whatever is asked of it, bounded memory."""

import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import lines_combined
import pytest
from rows import micros, outcomes, spec, value_of
from support.lines import RECEIVED_AT, values

from millrace.parse import combined
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields
from millrace.records.formats import OWN_LAYOUTS, Layout
from millrace.transform.chain import Chain, Letter

LINES = 20_000
MAX_WORKER_MB = 400
PARTS = ('"', "\\", " ", " - ", '" "', "[", "]", "-", "\xff", "\0", "\n", "99999", ", ", "unknown")


def mutated(dice: random.Random, line: str) -> str:
    for _ in range(dice.randrange(1, 4)):
        first = dice.randrange(len(line) + 1)
        last = min(len(line), first + dice.randrange(9))
        between = dice.choice(("", line[first:last] * 2, dice.choice(PARTS)))
        line = line[:first] + between + line[last:]
    return line


def test_a_plain_access_line_gives_the_same_by_either_way() -> None:
    dice = random.Random(3)
    real = [line for line, _ in lines_combined.RECORDS.values() if len(line) < 2_000]
    sound = [line.decode() for line in values("combined", 2_000, faults=0)]
    lines = [*real, *sound, *(mutated(dice, dice.choice(real + sound)) for _ in range(LINES))]
    plain = [line for line in lines if combined._PLAIN.match(line)]
    assert len(plain) > LINES // 10
    wrong = [
        line for line in plain if whole(combined.parse, line) != whole(combined.of_pieces, line)
    ]
    assert wrong == []


def whole(parse: Callable[[str, int], Fields], line: str) -> object:
    """What a parser gives, without what is absent."""
    try:
        fields = parse(line, 0)
    except RejectedError as rejected:
        return rejected.reason, rejected.detail
    return {name: value for name, value in fields.items() if value is not None}


@pytest.mark.parametrize("format", OWN_LAYOUTS)
def test_what_a_chain_leaves_out_decides_nothing(country_database: str, format: Layout) -> None:
    dice = random.Random(5)
    of = spec(format, country_database)
    sound = [line.decode("utf-8", "replace") for line in values(format, 2_000)]
    lines = [value_of(mutated(dice, dice.choice(sound))) for _ in range(LINES)]
    short = Chain(of, has_agents=False)
    milliseconds = micros(RECEIVED_AT) // 1_000
    verdicts = [isinstance(each, Letter) for each in outcomes(of, lines, RECEIVED_AT)]
    assert verdicts == [isinstance(short.outcome(v, None, milliseconds), Letter) for v in lines]
    assert 100 < sum(verdicts) < LINES


DISTINCT = """
import sys
from pathlib import Path
sys.path[:0] = {folders!r}
from support.lines import RECEIVED_AT
from rows import spec
from millrace.transform.chain import compiled
chain = compiled(spec("combined", {database!r}))
milliseconds = int(RECEIVED_AT.timestamp() * 1000)
agent = "Mozilla/5.0 (X11; Linux x86_64; rv:{{n}}) " + "\\u4e00" * 400
for n in range(60_000):
    line = (
        f'{{n % 250}}.{{n // 250 % 250}}.{{n // 62_500}}.9 - -'
        f' [22/Jan/2025:12:{{n % 60:02}}:00 +0000]'
        f' "GET /{{n}}/{{"x" * 90}}{{n:x}} HTTP/1.1" 200 5 "-" "{{agent.format(n=n)}}"'
    )
    assert isinstance(chain.outcome(line.encode(), None, milliseconds), dict)
# Of this program alone; what getrusage tells may be its parent's.
most = next(row for row in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in row)
print(int(most.split()[1]) // 1024)
"""


@pytest.mark.slow
def test_a_worker_keeps_little_of_lines_that_have_nothing_in_common(country_database: str) -> None:
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    program = DISTINCT.format(folders=folders, database=country_database)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert int(done.stdout) < MAX_WORKER_MB


def test_a_register_of_routes_that_is_away_is_no_lines_fault() -> None:
    def away(templates: Iterable[str]) -> set[str]:
        raise ConnectionError("the register is away")

    line = b'{"timestamp": 1737547200, "path": "/a"}'
    with pytest.raises(ConnectionError, match="the register is away"):
        Chain(spec("app", named_routes=away)).outcome(line, None, micros(RECEIVED_AT) // 1_000)


def test_a_country_database_that_is_not_there_is_no_lines_fault() -> None:
    with pytest.raises(FileNotFoundError):
        Chain(spec("combined", "/no/such/file.mmdb"))
