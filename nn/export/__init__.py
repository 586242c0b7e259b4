"""How does a model get into other programs, and weights from them into a model?

``steps`` takes a model apart; ``numpy``, ``torch``, ``onnx`` and ``source`` rebuild it elsewhere, with the modules of
images and sequences in ``onnx_modules``, ``python_modules`` and ``c_modules``; ``frames`` gives predictions a pandas
index. All of it is optional: ``nn`` loads a module of this folder when it is first needed.
"""
