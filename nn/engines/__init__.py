"""Who does the first three parts of a step: forward, loss and backward?

``eager`` builds a graph of Values for each batch; ``compiled`` traces the model once and computes with arrays.
``forward`` predicts with the compiled forward pass alone; ``restore`` puts a model back that could not be traced.
"""
