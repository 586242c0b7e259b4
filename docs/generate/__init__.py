"""What the documentation contains that is not written by hand, and how it is put together.

Read in this order: `repository` (where the source is), `node` (npm packages), `links` (links of the repository become
links of the site), `formulas` and `docstrings` (how LaTeX and docstrings become HTML, when the site is built), `stage`
(all sources in one folder).  Then what is made from the code: the pages `tables`, `reference`, `names` and `messages`,
and the `pictures`.  `python_in_browser` and `compile_modules` make what a page loads to run Python; `blocks` runs the
code of a page, for the tests.
"""
