"""Metrics, logs, spans and health of this process; a leaf that everything else may use."""
