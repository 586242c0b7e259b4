"""What did a model go through while it was trained?

Read ``snapshots`` (what is kept of each epoch), ``images`` (frames and animations), ``recording`` (``record()`` and its
page).
"""

from nn.recording.recording import TrainingRecording, record

__all__ = ["TrainingRecording", "record"]
