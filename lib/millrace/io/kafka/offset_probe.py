"""Where the partitions of topics begin and end now, asked again and again on one connection."""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from millrace.config import Kafka
from millrace.io.kafka.client import Silent, client_properties
from millrace.records.received import is_plausible

# Shorter than the timeout of other clients: the next probe follows within seconds.
_TIMEOUT_S = 3.0
_READ_S = 2.0
_PROPERTIES = {
    "group.id": "millrace-lag",
    "enable.auto.commit": "false",
    "isolation.level": "read_uncommitted",
    # One record of each partition is wanted: a fetch brings no more than it has to.
    "fetch.message.max.bytes": 1024,
    "queued.min.messages": 1,
    "auto.offset.reset": "earliest",
}


class OffsetProbe:
    """A consumer of no group that looks at topics; every method may raise KafkaException."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka

    @cached_property
    def _consumer(self) -> Consumer:
        return Consumer(client_properties(self._kafka) | _PROPERTIES, logger=Silent())

    def spans(self, topic: str) -> dict[int, tuple[int, int]]:
        """The first offset of each partition, and the one after its last."""
        metadata = self._consumer.list_topics(topic, timeout=_TIMEOUT_S).topics[topic]
        if metadata.error:
            raise KafkaException(metadata.error)
        return {
            number: self._consumer.get_watermark_offsets(
                TopicPartition(topic, number), timeout=_TIMEOUT_S
            )
            for number in sorted(metadata.partitions)
        }

    def received(self, topic: str, offsets: Mapping[int, int]) -> dict[int, float]:
        """When the first record from each of these offsets on was received, in epoch seconds.

        Now, where its timestamp is not plausible: it has been there since now at least. Partitions
        that do not answer within seconds are left out.
        """
        asked = [TopicPartition(topic, number, offset) for number, offset in offsets.items()]
        times: dict[int, float] = {}
        for message in self.read(asked):
            number = message.partition()
            if number is not None and number not in times:
                milliseconds = message.timestamp()[1]
                is_known = is_plausible(milliseconds)
                times[number] = milliseconds / 1000 if is_known else time.time()
            if len(times) == len(asked):
                break
        return times

    def read(self, starts: Sequence[TopicPartition]) -> Iterator[Message]:
        """The records from these offsets on, for some seconds; none where nothing is asked."""
        if not starts:
            return
        deadline = time.monotonic() + _READ_S
        self._consumer.assign(list(starts))
        try:
            while (left_s := deadline - time.monotonic()) > 0:
                message = self._consumer.poll(left_s)
                if message is None:
                    return
                error = message.error()
                if error is None:
                    yield message
                elif error.code() == KafkaError._ALL_BROKERS_DOWN:
                    raise KafkaException(error)
        finally:
            self._consumer.unassign()
