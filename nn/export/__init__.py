"""How does a model get out of here, and another one in?

``steps`` takes a model apart; ``numpy``, ``torch``, ``onnx`` and ``source`` put it together again elsewhere; ``frames``
gives predictions a pandas index. All of it is optional: ``nn`` loads a module of this folder when it is first needed.
"""
