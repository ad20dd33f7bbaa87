"""The language in which lines are asked for: text -> a filter, a predicate, a sentence.

It opens no connection, and knows `millrace.records` only.
"""

from millrace.search.errors import QueryError
from millrace.search.names import Column, columns
from millrace.search.query import Query, compiled
from millrace.search.syntax import quoted

__all__ = ["Column", "Query", "QueryError", "columns", "compiled", "quoted"]
