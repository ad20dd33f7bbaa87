"""Changes of databases as Debezium tells them: read, ordered, and the last one of each key.

Nothing here opens a connection or needs Spark.
"""

from millrace.parse.changes.envelope import Reader
from millrace.parse.changes.latest import Placed, latest
from millrace.parse.changes.versions import Before, Version, versions

__all__ = ["Before", "Placed", "Reader", "Version", "latest", "versions"]
