"""A forward and a backward pass as records.  Read `trace` first."""

from autograd.views.trace.trace import trace as trace
