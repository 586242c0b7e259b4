"""A graph and its passes as plain records.

Read `expand` first (the numbers that are shown), `trace` next (the steps of both passes), then `replay` (the recorded
operations, evaluated again).
"""

from autograd.views.trace.trace import trace as trace
