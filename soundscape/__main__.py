"""`python -m soundscape`."""

import sys

from soundscape.cli import main

if __name__ == "__main__":
    sys.exit(main())
