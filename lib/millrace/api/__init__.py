"""The query API: search, figures and proofs over HTTP, each answer with how far to trust it."""
