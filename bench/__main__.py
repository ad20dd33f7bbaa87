"""make bench: the contenders in turn, then what else is measured; docs/performance.md gets it."""

from typing import Annotated

import typer
from rich.console import Console

from bench import (
    asking,
    changes,
    cost,
    formats,
    growth,
    indexes,
    latency,
    page,
    parsing,
    report,
    rounds,
    running,
    tail,
    topic,
    warehouse,
    warehouse_report,
)
from bench.contenders import TOPIC, Contender, contenders
from bench.measure import Result
from bench.place import CONF
from millrace import config
from millrace.runtime.session import spark_session

ROUNDS, LINES = 3, 2_000_000
PARSING_ROUNDS = 5

NAMES = "ingest, tutorial, connect, quix, python, bson_floor, aggregate, archive, kafka_floor, "
NAMES += "parser_floor"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def everything(context: typer.Context) -> None:
    """Without a command: measures all in turn (several hours), into docs/performance.md."""
    if context.invoked_subcommand is None:
        compare()
        parse()
        read()
        wait()
        observe()
        grow()
        index()
        ask()
        watch()
        capture()
        store()


@app.command("contenders")
def compare(
    rounds_: Annotated[int, typer.Option("--rounds", help="How often each one runs.")] = ROUNDS,
    lines: Annotated[int, typer.Option(help="How many lines the topic holds.")] = LINES,
    only: Annotated[str, typer.Option(help=f"Which, with commas: {NAMES}.")] = "",
) -> None:
    """The suite, its rivals and the floors, in turn over one topic."""
    with running.stack() as (conf, console):
        with running.progress(console) as progress:
            bar = progress.add_task("filling the topic", total=lines, rate="")
            topic.fill(conf, TOPIC, lines, lambda sent: progress.update(bar, completed=sent))
        chosen = [c for c in contenders(conf, lines) if not only or c.name in only.split(",")]
        with running.progress(console) as progress:
            bar = progress.add_task("", total=rounds_ * len(chosen), rate="")

            def ended(contender: Contender, result: Result) -> None:
                progress.advance(bar)
                console.print(report.line(contender, result), highlight=False)

            results = rounds.run(
                conf,
                chosen,
                rounds_,
                lines,
                on_start=lambda title: progress.update(bar, description=title, rate=""),
                on_lines=lambda stored: progress.update(bar, rate=f"{stored:,} stored"),
                on_end=ended,
            )
        running.keep("contenders", results, console)
        report.show(results, chosen, console)
        if not only and rounds_ >= ROUNDS and lines == LINES:
            page.draw(results, chosen, "bench")
            page.put("contenders", report.page(results, chosen, running.machine()))


@app.command("parsing")
def parse(
    rounds_: Annotated[int, typer.Option("--rounds", help="How often.")] = PARSING_ROUNDS,
) -> None:
    """Each format's parser alone, and what splitting alone takes."""
    conf, console = config.load(CONF), Console()
    with running.progress(console) as progress:
        bar = progress.add_task("parsing", total=None, rate="")
        spark = spark_session("bench", conf)
        results = parsing.measured(spark, rounds_, lambda name: progress.update(bar, rate=name))
        spark.stop()
    running.keep("parsing", results, console)
    rows, goals = parsing.rows(results), parsing.goals(results)
    running.table("parsing", rows, goals, console, is_whole=rounds_ >= PARSING_ROUNDS)


@app.command("formats")
def read() -> None:
    """Every format's chain in one process, in turn."""
    console = Console()
    with running.progress(console) as progress:
        bar = progress.add_task("formats", total=None, rate="")
        found = formats.measured(lambda name: progress.update(bar, rate=name))
    running.keep("formats", found, console)
    running.table("formats", formats.rows(found), formats.goals(found), console)


@app.command("latency")
def wait() -> None:
    """From Kafka's timestamp to the visible document: three rates, then many small topics."""
    with running.stack() as (_, console), running.progress(console) as progress:
        steps = len(latency.RATES) + 1
        bar = progress.add_task("latency, minutes a rate", total=steps, rate="")
        found = latency.measured(1, latency.RATES, lambda: progress.advance(bar))
        many = latency.MANY_FEEDS * latency.MANY_RATE
        found += latency.measured(latency.MANY_FEEDS, [many], lambda: progress.advance(bar))
        running.keep("latency", found, console)
        running.table("latency", latency.rows(found), latency.goals(found), console)


@app.command("cost")
def observe(
    rounds_: Annotated[int, typer.Option("--rounds", help="How often.")] = cost.ROUNDS,
    lines: Annotated[int, typer.Option(help="How many lines each run takes.")] = cost.LINES,
) -> None:
    """What metrics and traces cost `ingest`: with and without, in turn."""
    with running.stack() as (_, console), running.progress(console) as progress:
        bar = progress.add_task("cost of being observed", total=3 * rounds_, rate="")

        def ended(step: str, result: Result) -> None:
            progress.advance(bar)
            console.print(f"{step}: {result.lines_per_s:,} lines/s", highlight=False)

        results = cost.measured(
            rounds_, lines, ended, lambda sent: progress.update(bar, rate=f"{sent:,} sent")
        )
        running.keep("cost", results, console)
        is_whole = rounds_ >= cost.ROUNDS and lines == cost.LINES
        running.table(
            "cost",
            cost.rows(results),
            cost.goals(results),
            console,
            is_whole=is_whole,
        )


@app.command("growth")
def grow() -> None:
    """How lines/s and memory go while the collection grows to 20 million documents."""
    with running.stack() as (_, console), running.progress(console) as progress:
        bar = progress.add_task("growing", total=growth.LINES, rate="")
        found = growth.measured(lambda lines: progress.update(bar, completed=lines))
        running.keep("growth", found, console)
        running.table("growth", growth.rows(found), growth.goals(found), console)


@app.command("asking")
def ask(
    documents: Annotated[
        list[int] | None, typer.Option(help="How many documents there are; several in turn.")
    ] = None,
) -> None:
    """The query API: 50 requests a second beside `ingest`, over 5 and 20 million documents."""
    marks = tuple(sorted(documents or asking.MARKS))
    with running.stack() as (_, console), running.progress(console) as progress:
        bar = progress.add_task("the API under load", total=None, rate="")
        found, walked = asking.measured(marks, lambda step: progress.update(bar, description=step))
        running.keep("asking", [*found, walked], console)
        is_whole = marks == asking.MARKS
        rows, goals = asking.rows(found), asking.goals(found, walked)
        running.table("asking", rows, goals, console, is_whole=is_whole)


@app.command("tail")
def watch() -> None:
    """The API's start, downloads of a million lines, and fifty who watch 5,000 lines/s."""
    with running.stack() as (_, console), running.progress(console) as progress:
        bar = progress.add_task("tail", total=None, rate="")
        found = tail.measured(lambda step: progress.update(bar, description=step))
        running.keep("tail", found, console)
        running.table("tail", tail.rows(found), tail.goals(found), console)


@app.command("indexes")
def index(
    rounds_: Annotated[int, typer.Option("--rounds", help="How often.")] = indexes.ROUNDS,
    lines: Annotated[int, typer.Option(help="Of how many lines the documents are.")] = LINES,
) -> None:
    """What each index costs mongod; of the documents that the contenders left."""
    with running.stack() as (conf, console), running.progress(console) as progress:
        bar = progress.add_task("indexes", total=rounds_ * len(indexes.sets()), rate="")
        (floor,) = [one for one in contenders(conf, lines) if one.name == "bson_floor"]

        def ended(one: indexes.Indexed) -> None:
            progress.advance(bar)
            console.print(f"{one.indexes}: {one.cpu_us} us a document", highlight=False)

        found = indexes.measured(conf, floor, lines, rounds_, ended)
        running.keep("indexes", found, console)
        running.table("indexes", indexes.rows(found), iter(()), console)


@app.command("changes")
def capture(
    rounds_: Annotated[int, typer.Option("--rounds", help="How often.")] = changes.ROUNDS,
    count: Annotated[int, typer.Option(help="How many changes are taken.")] = changes.CHANGES,
) -> None:
    """Change capture: from commit to store, then changes a second beside a plain consumer."""
    file = changes.settings()
    with (
        running.stack(file, additions=["changes"]) as (_, console),
        running.progress(console) as progress,
    ):
        bar = progress.add_task("changes", total=None, rate="")
        waited, taken = changes.measured(
            file, rounds_, count, lambda step: progress.update(bar, description=step)
        )
        running.keep("changes", [waited, *taken], console)
        is_whole = rounds_ >= changes.ROUNDS and count == changes.CHANGES
        rows, goals = changes.rows(taken), changes.goals(waited, taken)
        running.table("changes", rows, goals, console, is_whole=is_whole)


@app.command("warehouse")
def store(
    marks: Annotated[
        list[int] | None, typer.Option("--mark", help="Archived lines at a run; several in turn.")
    ] = None,
    lines: Annotated[int, typer.Option(help="New lines of a run.")] = warehouse.RUN_LINES,
    rounds_: Annotated[int, typer.Option("--rounds", help="How often, a mark.")] = warehouse.ROUNDS,
) -> None:
    """Ten minutes of a shop, loaded and built, as the archive grows to 20 million lines."""
    chosen = tuple(sorted(marks or warehouse.MARKS))
    with running.stack(warehouse.settings(), ["warehouse"]) as (conf, console):
        with running.progress(console) as progress:
            total = chosen[-1] + rounds_ * lines * len(chosen)
            bar = progress.add_task("warehouse", total=total, rate="")
            found = warehouse.measured(
                conf,
                chosen,
                lines,
                rounds_,
                lambda step, there: progress.update(bar, description=step, completed=there),
                lambda one: console.print(warehouse_report.line(one), highlight=False),
            )
        running.keep("warehouse", found, console)
        is_whole = chosen == warehouse.MARKS and lines == warehouse.RUN_LINES
        rows, goals = warehouse_report.rows(found), warehouse_report.goals(found)
        running.table("warehouse", rows, goals, console, is_whole=is_whole)


if __name__ == "__main__":
    app()
