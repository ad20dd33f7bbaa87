"""What a record is: every field name, type and table has its one home here."""

from millrace.records import alerts, dead_letters, history, ledger, reconciliations

ROUTES_COLLECTION = "http_routes"
FORGOTTEN_ROUTES = "forgotten_routes"
REPLAY_SUFFIX = "_replay"  # of the collections that a replay's outcome comes to
RESERVED_NAMES = frozenset(
    {
        dead_letters.COLLECTION,
        ledger.COLLECTION,
        ROUTES_COLLECTION,
        FORGOTTEN_ROUTES,
        reconciliations.COLLECTION,
        history.COLLECTION,
        *alerts.COLLECTIONS,
    }
)
