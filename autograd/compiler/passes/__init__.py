"""From a flat graph to groups of equal operations, and from groups to rows of memory.

In reading order: `contract` merges additions and products into sums; `schedule` finds the level of each node; `matmul`
recognises matrix products; `group` puts nodes into groups; `batched` finds products of two matrices that both differ
from sample to sample; `straight_line` makes chains of sequences of small groups; `split` takes groups apart that are
read in several places; `fuse` joins element-wise groups into chains; `layout` gives each node a row of memory;
`reverse` keeps track of the gradients that have been written.
"""
