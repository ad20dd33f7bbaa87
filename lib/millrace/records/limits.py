"""How many bytes of a Kafka record and of a line fit into a document.

MongoDB refuses a document of more than 16 MiB. Brokers bound the compressed batch, not the record,
so a record of any length may come.
"""

_MIB = 2**20

# A dead letter has the bytes once. What else is in one, an edited line included, is below 1 MiB.
MAX_RECORD_BYTES = 12 * _MIB
# A document has the line as `raw` and again in its fields, which take at most two and a half times
# as much: so long are numbers of nested JSON as Spark writes them (1e6 becomes 1000000.0). MongoDB
# numbers the items of lists, which would take more, if there were no MAX_ITEMS.
MAX_LINE_BYTES = 4 * _MIB
MAX_ITEMS = 100_000
