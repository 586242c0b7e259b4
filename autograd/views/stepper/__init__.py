"""A graph, one step at a time.

Read `passes` first (the steps and their positions); then `sentences` (what is said about each), `layout` (where
Graphviz puts the boxes), `front_end` (the files of the page), `paper` (what is printed), `stepper`, which users call,
and `widget`.
"""

from autograd.views.stepper.stepper import Stepper as Stepper
from autograd.views.stepper.stepper import stepper as stepper
