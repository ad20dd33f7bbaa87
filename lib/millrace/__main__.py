"""``python -m millrace``: the command ``millrace``, where there is no script of that name."""

from millrace.cli import main

if __name__ == "__main__":
    main()
