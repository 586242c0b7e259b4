"""Settings of Sphinx.  `build.py` calls it on a folder in which all sources have been put together."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from generate.repository import REPOSITORY

from chalkgrad import __version__

project = "chalkgrad"
author = "The chalkgrad authors"
copyright = "the chalkgrad authors"
release = version = __version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "generate.formulas",
    "generate.docstrings",
]
exclude_patterns = ["code/**"]
default_role = "code"
nitpicky = False
suppress_warnings = ["mystnb.unknown_mime_type"]

# Lessons show the outputs that are committed; the tests of the lessons run them.
nb_execution_mode = "off"
nb_merge_streams = True
nb_render_markdown_format = "myst"
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence", "attrs_inline"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
add_module_names = False

html_theme = "furo"
html_title = "chalkgrad"
html_math_renderer = "katex"
html_static_path = [str(Path(__file__).parent / "_static")]
html_css_files = ["site.css"]
html_favicon = "_static/icon.svg"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
pygments_style = "default"
pygments_dark_style = "monokai"
html_theme_options = {
    "footer_icons": [
        {"name": "Source code", "url": f"https://github.com/{REPOSITORY}", "html": "Source code", "class": ""}
    ],
}


def setup(app: Any) -> None:
    """The captions of the contents are headings, which need a level for a screen reader."""
    app.connect("html-page-context", _with_levels, priority=900)  # after the theme


def _with_levels(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    for part in ("furo_navigation_tree", "body"):
        if part in context:
            context[part] = context[part].replace('role="heading">', 'role="heading" aria-level="2">')
