"""A graph, one step at a time.

Read `passes` first (the steps and their positions); then `sentences` (what is said about each), `picture` (that of
`draw`), `front_end` (the files of the page), `paper` (the printed steps), `stepper`, which users call, and `widget`.
"""

from autograd.views.stepper.stepper import Stepper as Stepper
from autograd.views.stepper.stepper import stepper as stepper
