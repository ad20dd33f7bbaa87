"""Kafka Connect: its REST interface, and the connectors that the suite has there."""

from millrace.io.connect.client import Connect, ConnectorStatus
from millrace.io.connect.connectors import connector_config

__all__ = ["Connect", "ConnectorStatus", "connector_config"]
