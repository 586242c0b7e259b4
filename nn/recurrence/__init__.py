"""Sequences: the same step at every position, with a memory. Optional; ``nn`` loads it when it is first used.

Read ``recurrent`` first (a step becomes a sequence), then ``rnn``, ``lstm``, ``gru``; ``last`` is for ``Sequential``.
"""
