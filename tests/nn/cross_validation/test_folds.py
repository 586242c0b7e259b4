from __future__ import annotations

import pytest

from nn.cross_validation.folds import fold_indices, fold_seeds


@pytest.mark.parametrize("count", [5, 12, 101])
@pytest.mark.parametrize("folds", [2, 3, 5])
def test_every_sample_is_held_back_once(count: int, folds: int) -> None:
    parts = fold_indices(count, folds, seed=1)
    assert sorted(i for part in parts for i in part) == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert parts == fold_indices(count, folds, seed=1)
    assert count == 5 or parts != fold_indices(count, folds, seed=2)
    assert all(part == sorted(part) for part in parts)


@pytest.mark.parametrize("folds", [2, 3, 5])
def test_each_class_is_divided_as_scikit_learn_divides_it(folds: int) -> None:
    from sklearn.model_selection import StratifiedKFold

    classes = [0] * 37 + [1] * 11 + [2] * 6
    ours = fold_indices(len(classes), folds, seed=0, classes=classes)
    theirs = [test for _, test in StratifiedKFold(folds).split(classes, classes)]
    for label in range(3):
        counts = [sorted(sum(classes[i] == label for i in part) for part in parts) for parts in (ours, theirs)]
        assert counts[0] == counts[1]
    assert max(map(len, ours)) - min(map(len, ours)) <= 1


def test_seeds_differ_and_are_the_same_again() -> None:
    assert len(set(fold_seeds(100, 0))) == 100
    assert fold_seeds(5, 3) == fold_seeds(5, 3) != fold_seeds(5, 4)


def test_too_many_folds() -> None:
    with pytest.raises(ValueError, match="folds=4 needs at least as many samples, got 3"):
        fold_indices(3, 4, seed=0)
    with pytest.raises(ValueError, match="folds must be at least 2, got 1"):
        fold_indices(3, 1, seed=0)
