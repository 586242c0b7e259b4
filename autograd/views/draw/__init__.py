"""How is a graph drawn?  Read `draw` first."""

from autograd.views.draw.draw import Graph as Graph
from autograd.views.draw.draw import display_of as display_of
from autograd.views.draw.draw import draw as draw
from autograd.views.draw.draw import draw_dot as draw_dot
from autograd.views.draw.draw import render_dot as render_dot
