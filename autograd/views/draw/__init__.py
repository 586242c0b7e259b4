"""A graph as a picture.

Read `scene` first (the boxes, circles and arrows of a picture), then `escape`, `sizes` and `dot` (as DOT text),
`layout_engines` (Graphviz; `webassembly` runs it in a browser), `svg` and `png` (the picture), `rendering` (any DOT
text), `digraph` (graphviz's own classes), `browser` and `save_path` (where a picture is shown or written), `picture`
(what users get).
For large graphs, `losses` finds the loss, `units` the neurons, `modules` what the model is made of and `clusters` the
layers, `architecture` describes them, `expand_cluster` draws one cluster node by node, and `collapse` the whole graph.
`page_fit` says whether a picture fits on a page, and `views` chooses one that does.  Users call `draw`.
"""

from autograd.views.draw.draw import display_of as display_of
from autograd.views.draw.draw import draw as draw
from autograd.views.draw.draw import draw_dot as draw_dot
from autograd.views.draw.picture import Graph as Graph
from autograd.views.draw.rendering import render_dot as render_dot
