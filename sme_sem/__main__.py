"""``python -m sme_sem``: the command line, where ``sme-sem`` is on no path."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
