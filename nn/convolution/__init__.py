"""Images and signals: the same filter at every position. Optional; ``nn`` loads it when it is first used.

Read ``windows`` first (what a filter sees), then ``conv``, ``pooling``, ``flatten``.
"""
