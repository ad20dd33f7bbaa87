"""The floor of every sink: two processes insert documents that are BSON already.

bson_floor.py DATABASE COLLECTION FILE; MONGO_URI is in the environment.
"""

import os
import struct
import sys
from multiprocessing import Process
from pathlib import Path

from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

DOCUMENTS_A_REQUEST = 2_000
PROCESSES = 2


def insert(database: str, collection: str, file: str, place: int) -> None:
    """Inserts every second request's documents, so that both processes write at the right edge."""
    content = memoryview(Path(file).read_bytes())
    uri = os.environ["MONGO_URI"]
    target = MongoClient(uri, w="majority", document_class=RawBSONDocument)[database][collection]
    position, number, request = 0, 0, []
    while position < len(content):
        (size,) = struct.unpack_from("<i", content, position)
        if number // DOCUMENTS_A_REQUEST % PROCESSES == place:
            request.append(RawBSONDocument(bytes(content[position : position + size])))
        position, number = position + size, number + 1
        if len(request) == DOCUMENTS_A_REQUEST:
            target.insert_many(request, ordered=False)
            request = []
    if request:
        target.insert_many(request, ordered=False)


if __name__ == "__main__":
    workers = [Process(target=insert, args=(*sys.argv[1:4], i)) for i in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(max(worker.exitcode or 0 for worker in workers))
