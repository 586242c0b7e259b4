"""What the documentation contains that is not written by hand, and how it is put together.

Read in this order: `repository` (where the source is published), `node` (npm packages), `links` (links of the
repository become links of the site), `formulas` (LaTeX to HTML, when the site is built), `stage` (all sources in one
folder).  Then the pages that are generated from the code: `reference`, `tables`, `names`, `messages`.
"""
