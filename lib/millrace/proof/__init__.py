"""Compares stored figures and documents with the lines they came from."""
