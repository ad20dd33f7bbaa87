"""Any command of ``millrace`` as a Spark application: ``jobs/command.py reconcile --since 6h``."""

from millrace import cli

if __name__ == "__main__":
    cli.main()
