"""What `simulate changes` does to tables: always possible, of every kind, the same for a seed."""

from collections import Counter

import pytest

from millrace.records.entities import Source
from millrace.simulate.changes import Transaction, Workload

KEYS: dict[Source, set[int]] = {"postgres": {1, 2, 3}, "mariadb": set(), "mongo": {7}}
COUNT = 20_000


def made(seed: int) -> list[Transaction]:
    return list(Workload(seed, KEYS).transactions(COUNT))


@pytest.fixture(scope="module")
def transactions() -> list[Transaction]:
    return made(1)


def test_a_seed_gives_the_same_and_another_one_others(transactions: list[Transaction]) -> None:
    assert made(1) == transactions
    assert made(2) != transactions


def test_each_operation_is_possible_when_it_comes(transactions: list[Transaction]) -> None:
    rows = {source: set(keys) for source, keys in KEYS.items()}
    for transaction in transactions:
        table = set(rows[transaction.source])
        for one in transaction.operations:
            if one.verb == "truncate":
                table.clear()
            elif one.verb == "insert":
                assert one.key not in table
                table.add(one.key)
            else:
                assert one.key in table
            if one.verb in ("delete", "rekey"):
                table.remove(one.key)
            if one.verb == "rekey":
                assert one.new_key not in table
                table.add(one.new_key)
        if not transaction.is_rolled_back:
            rows[transaction.source] = table
    assert all(rows.values())


def test_there_are_operations_and_transactions_of_every_kind(
    transactions: list[Transaction],
) -> None:
    verbs = Counter(one.verb for each in transactions for one in each.operations)
    assert verbs.keys() == {"insert", "update", "delete", "rekey", "truncate"}
    assert {each.source for each in transactions} == KEYS.keys()
    sizes = {len(each.operations) for each in transactions if not each.is_rolled_back}
    assert {1, 2, 8, 200} <= sizes
    assert any(each.is_rolled_back for each in transactions)
    assert sum(len(each.operations) for each in transactions) >= COUNT


def test_a_truncate_is_alone(transactions: list[Transaction]) -> None:
    emptying = [
        each for each in transactions if "truncate" in {one.verb for one in each.operations}
    ]
    assert all(len(each.operations) == 1 and not each.is_rolled_back for each in emptying)


def test_what_is_told_of_a_table_counts_and_no_key_is_used_twice() -> None:
    workload = Workload(3, {"mariadb": {1, 2}})
    used = {1, 2}
    for transaction in workload.transactions(500):
        if not transaction.is_rolled_back:
            used |= {one.key for one in transaction.operations if one.verb == "insert"}
    workload.know("mariadb", {5})
    table = {5}
    for transaction in workload.transactions(500):
        for one in transaction.operations:
            if one.verb == "insert":
                assert one.key not in used
                table.add(one.key)
            elif one.verb != "truncate":
                assert one.key in table
            table.add(one.new_key)
