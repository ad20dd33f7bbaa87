"""Grafana dashboards as Python, and how they become JSON."""
