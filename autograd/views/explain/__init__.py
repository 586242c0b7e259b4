"""The chain rule of a graph, path by path.

Read `paths` first, which follows the chain rule from a number to the output; then `render`, which writes it as text and
LaTeX, `explain`, which users call, and `nudge`, which tests a gradient by changing a number.
"""

from autograd.views.explain.explain import explain as explain
from autograd.views.explain.nudge import nudge as nudge
