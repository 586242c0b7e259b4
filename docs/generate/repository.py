"""Where is the source: in this checkout, and published?  The one place that says it.

GitHub sets the variable GITHUB_REPOSITORY in its workflows, so a fork links to itself.
"""

import os
from pathlib import Path

DOCS = Path(__file__).parent.parent
ROOT = DOCS.parent
REPOSITORY = os.environ.get("GITHUB_REPOSITORY", "OWNER/chalkgrad")
BLOB = f"https://github.com/{REPOSITORY}/blob/main/"
"""The address of a file, up to its path."""
TREE = f"https://github.com/{REPOSITORY}/tree/main/"
"""The address of a folder, up to its path."""
