"""``python -m nmodlgrad``."""

import sys

from nmodlgrad.cli import main

sys.exit(main())
