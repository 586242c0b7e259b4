"""How does a model get into other programs, and weights from them into a model?

``steps`` takes a model apart; ``numpy``, ``torch``, ``onnx`` and ``source`` rebuild it elsewhere; ``frames`` gives
predictions a pandas index. All of it is optional: ``nn`` loads a module of this folder when it is first needed.
"""
