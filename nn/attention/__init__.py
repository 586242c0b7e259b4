"""Sequences: every position looks at every other. Optional; ``nn`` loads it when it is first used.

Read ``rms_norm`` (what comes before it in most models), then ``multi_head``.
"""
