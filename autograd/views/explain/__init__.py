"""The chain rule of a graph, path by path.  Read `explain` first."""

from autograd.views.explain.explain import explain as explain
from autograd.views.explain.explain import nudge as nudge
