"""Which exercises have other numbers for each student, and what changes with the numbers?

Each is a function from numbers to the question, the right answer, the mistakes and the hints; the lesson says which
numbers the exercise has without a variant. The difficulty does not depend on the draw. By lesson:
`derivatives`, `networks`, `deep_networks`, `shared_weights`.
"""
