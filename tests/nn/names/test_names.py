"""A name or keyword from PyTorch, Keras or scikit-learn is answered by the one here, or by why there is none.

`elsewhere.json` has all public names of torch.nn, nn.functional, optim and lr_scheduler of PyTorch 2.13, what small
networks use of torch and torch.Tensor, and the usual names of Keras.
"""

from __future__ import annotations

import copy
import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

import autograd
import nn
from autograd import Value
from autograd.foreign_names import answers as of_autograd
from nn.names import METHODS_ELSEWHERE, answers, explains_keywords

ELSEWHERE = json.loads(Path(__file__).with_name("elsewhere.json").read_text(encoding="utf-8"))
OWNERS = {"torch": autograd, "torch.Tensor": Value(1.0, label="v")}
ANSWERED = r"; (here it is|it does not exist here: |write |nothing is changed in place here|a Value is )"


@pytest.mark.parametrize("library", ELSEWHERE)
def test_every_name_exists_or_is_answered(library: str) -> None:
    owner, silent = OWNERS.get(library, nn), []
    for name in ELSEWHERE[library]:
        try:
            getattr(owner, name)
        except ImportError as error:  # of an optional folder that was deleted
            if "which is not installed: run" not in str(error):
                silent.append(name)
        except AttributeError as error:
            if not re.search(ANSWERED, str(error)):
                silent.append(name)
    assert len(ELSEWHERE[library]) > 15
    assert silent == []


def test_a_method_of_models_elsewhere_is_answered() -> None:
    class Own(nn.Module):
        def predict(self) -> int:
            return 3

    model, own = nn.MLP(2, [1], seed=0), Own()
    assert set(METHODS_ELSEWHERE) == set(answers()["module"])
    for name in METHODS_ELSEWHERE:
        assert not hasattr(model, name)
        assert name not in dir(model)
    with pytest.raises(AttributeError, match=r"^'MLP' object has no attribute 'fit'; here it is nn\.fit\(model, X, y"):
        _ = model.fit  # type: ignore[attr-defined]
    own.fit = 4  # type: ignore[attr-defined]
    assert (own.predict(), own.fit, "predict" in dir(own)) == (3, 4, True)  # type: ignore[attr-defined]
    assert pickle.loads(pickle.dumps(model)).state_dict() == copy.deepcopy(model).state_dict() == model.state_dict()


def exists(module: Any, name: str) -> bool:
    """Whether a module has a public name, perhaps in an optional folder that was deleted."""
    try:
        return hasattr(module, name)
    except ImportError:
        return True


def test_what_an_answer_names_exists() -> None:
    texts = [answer for section in ("here", "absent", "module", "setting") for answer in answers()[section].values()]
    texts += [answer for section in ("text", "absent", "value") for answer in of_autograd()[section].values()]
    for text in texts:
        for package, name in re.findall(r"\b(nn|autograd)\.(\w+)", text):
            assert exists({"nn": nn, "autograd": autograd}[package], name), text
    assert set(answers()["activation"].values()) <= set(nn.activation_names())
    for name in [*of_autograd()["names"].values(), *answers()["autograd"].values()]:
        assert hasattr(autograd, name), name


def test_what_exists_needs_no_answer() -> None:
    """Else the file would say that a name is missing which is there."""
    there = set(nn.__all__) & {
        name for section in ("activation", "autograd", "here", "absent") for name in answers()[section]
    }
    assert there == set()
    assert {name for section in ("names", "text", "absent") for name in of_autograd()[section]} & set(
        autograd.__all__
    ) == set()
    assert {name for name in of_autograd()["value"] if hasattr(Value, name)} == set()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("nn.mse_loss", "here it is nn.mean_squared_error"),
        ("nn.Linear", "here it is nn.Layer"),
        ("nn.ReLU", "activation='relu'"),
        ("nn.relu", "here it is autograd.relu"),
        ("nn.Conv3d", "it does not exist here: there is no such convolution"),
        ("nn.confusion_matrx", "did you mean nn.confusion_matrix?"),
        ("nn.zzz", "module 'nn' has no attribute 'zzz'"),
        ("nn.optimizers.Adagrad", "module 'nn.optimizers' has no attribute 'Adagrad'; here it is nn.AdaGrad"),
        ("nn.losses.mse_loss", "here it is nn.mean_squared_error"),
        ("nn.schedules.StepLR", "here it is nn.StepDecay"),
        ("nn.max_margin", "here it is nn.hinge"),
        ("nn.DataLoader", "here it is batch_size= in nn.fit"),
        ("nn.utils.clip_grad_norm_", "nn.clip_gradient_norm for gradients"),
        ("nn.MLP(2, [1]).to('cpu')", "'MLP' object has no attribute 'to'; here it is the model itself"),
        ("nn.MLP(2, [1]).layers[0].weight", "'Layer' object has no attribute 'weight'; here it is one list per neuron"),
        ("nn.data.make_mons", "did you mean nn.data.make_moons?"),
        ("nn.activations.ReLU", "activation='relu'"),
        ("autograd.pow", "here it is autograd.power"),
        ("autograd.clamp", "here it is autograd.clip"),
        ("autograd.tensor", "here it is autograd.Value(2.0)"),
        ("autograd.numpy", "here it is NumPy itself"),
        ("autograd.Function", "here it is a row of your own: autograd.primitive("),
        ("autograd.relu_", "nothing is changed in place here: write x = autograd.relu(x)"),
        ("autograd.tnh", "did you mean autograd.tanh?"),
        ("v.item()", "here it is v.data"),
        ("v.abs()", "write v.absolute()"),
        ("v.pow(2)", "write v ** ..."),
        ("v.clamp(0, 1)", "write autograd.clip(v, ...)"),
        ("v.shape", "a Value is one number"),
        ("v.zzz", "'Value' object has no attribute 'zzz'"),
        ("v._zzz", "'Value' object has no attribute '_zzz'"),
    ],
)
def test_what_is_said(expression: str, message: str) -> None:
    with pytest.raises(AttributeError, match=re.escape(message)):
        eval(expression, {"nn": nn, "autograd": autograd, "v": Value(1.0)})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.make_moons(random_state=0), "; here it is seed"),  # type: ignore[call-arg]
        (lambda: nn.Adam([Value(1.0)], eps=1.0), "; here it is epsilon"),  # type: ignore[call-arg]
        (lambda: nn.RMSProp([Value(1.0)], rho=0.9), "; here it is smoothing"),  # type: ignore[call-arg]
        (lambda: nn.huber(1.0, 2.0, reduction="sum"), "; every loss is the mean"),  # type: ignore[call-arg]
        (lambda: nn.cross_entropy([1.0, 2.0], 0, weight=[1, 2]), "; here it is class_weights"),  # type: ignore[call-arg]
        (lambda: nn.LayerNorm(2, eps=1.0), "; here it is epsilon"),  # type: ignore[call-arg]
        (lambda: nn.MLP(2, [1], hidden_layer_sizes=3), "; here it is nouts"),  # type: ignore[call-arg]
        (lambda: nn.StepDecay(step_size=3), "; here it is every"),  # type: ignore[call-arg]
        (lambda: nn.Layer(2, 1, bias=False), "; every layer has a bias"),  # type: ignore[call-arg]
        (lambda: nn.SGD([Value(1.0)], speed=3), "; it takes parameters, learning_rate, momentum"),  # type: ignore[call-arg]
        (lambda: nn.fit(1, 2, 3, loss=4, optimizer=5, n_epochs=6), "; here it is epochs"),  # type: ignore[call-arg]
        (lambda: nn.fit(1, 2, 3, loss=4, optimizer=5, lr=6), "; the learning rate is the optimizer's"),  # type: ignore[call-arg]
        (lambda: nn.one_hot([1], num_classes=2), "; here it is classes"),  # type: ignore[call-arg]
        (lambda: nn.accuracy([1.0], y_true=[1]), "; here it is targets"),  # type: ignore[call-arg]
        (lambda: nn.clip_gradient_norm([], norm_type=2), "; it takes parameters, max_norm"),  # type: ignore[call-arg]
    ],
)
def test_a_keyword_from_elsewhere_is_answered(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.Layer(2, 3, "relu"), "write the others by name: nonlin, activation, init, seed"),  # type: ignore[call-overload]
        (lambda: nn.Adam([Value(1.0)], 0.1, (0.9, 0.999), 1e-8), "but 4 were given; PyTorch's fourth is eps: "),  # type: ignore[call-arg,misc]
        (lambda: nn.RMSProp([Value(1.0)], 0.1, 0.99, 1e-8), "PyTorch's fourth is eps: "),  # type: ignore[call-arg,misc]
        (lambda: nn.SGD([Value(1.0)], 0.1, 0.9, 0.0, 0.01), "PyTorch's fourth is dampening"),  # type: ignore[call-arg,misc]
        (lambda: nn.Embedding(10, 3, 0), "PyTorch's third is padding_idx"),  # type: ignore[call-arg,misc]
        (lambda: nn.fit(1, 2, 3, "hinge"), "fit() takes 3 arguments by position (model, X, y), but 4 were given; "),  # type: ignore[call-arg,misc]
        (lambda: nn.make_moons(1, 2, 3, 4), "make_moons() takes 3 arguments by position (n_samples, noise, seed)"),  # type: ignore[call-arg]
        (lambda: autograd.softmax([1.0], 0), "softmax() takes 1 argument by position (xs), but 2 were given"),  # type: ignore[call-arg]
    ],
)
def test_too_many_arguments_by_position_are_answered(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        call()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("from nn import Linear", "cannot import name 'Linear' from 'nn'; here it is nn.Layer("),
        ("from nn import SGD, optim", "cannot import name 'optim' from 'nn'; here it is nn itself"),
        ("from nn.losses import MSELoss", "cannot import name 'MSELoss' from 'nn.losses'; here it is nn.mean_squared"),
        ("from autograd import Tensor", "cannot import name 'Tensor' from 'autograd'; here it is autograd.Value(2.0)"),
        ("from autograd import Vlue", "cannot import name 'Vlue' from 'autograd'; did you mean autograd.Value?"),
    ],
)
def test_an_import_of_a_foreign_name_is_answered(statement: str, message: str) -> None:
    """Python itself drops the message of an AttributeError there."""
    with pytest.raises(ImportError, match="^" + re.escape(message)):
        exec(statement, {})


def test_tab_offers_what_is_imported_on_first_use() -> None:
    import subprocess
    import sys

    code = "import nn, sys; print({*nn.__all__} <= {*dir(nn)}, 'find_spec' in dir(nn), 'nn.recurrence' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["True", "False", "False"]


@pytest.mark.parametrize("name", ["requires_grad", "trainable"])
def test_no_parameter_and_no_module_is_frozen_by_an_attribute(name: str) -> None:
    neuron = nn.Neuron(1, seed=0)
    for thing, kind in ((neuron.weights[0], "Value"), (neuron, "Neuron"), (nn.MLP(1, [1]), "MLP")):
        with pytest.raises(
            AttributeError, match=rf"^{kind}\.{name} = False has no effect here: .*give the optimizer the"
        ):
            setattr(thing, name, False)
        assert not hasattr(thing, name)


@pytest.mark.parametrize(
    ("thing", "name", "answer"),
    [
        (nn.SGD([Value(1.0)], 0.1), "lr", "here it is learning_rate"),
        (nn.Adam([Value(1.0)]), "eps", "here it is epsilon"),
        (nn.AdamW([Value(1.0)]), "beta_1", "here it is betas"),
        (nn.RMSProp([Value(1.0)]), "rho", "here it is smoothing"),
        (nn.SGD([Value(1.0)], 0.1), "eps", "SGD has no such setting"),
        (nn.AdaGrad([Value(1.0)]), "param_groups", "here it is learning_rate; nn."),
        (nn.Dropout(0.5), "p", "here it is rate"),
        (nn.Layer(1, 1), "bias", "here it is one list per neuron"),
        (nn.Neuron(1), "weight", "here it is one list per neuron"),
    ],
)
def test_a_setting_from_elsewhere_is_refused_and_not_ignored(thing: Any, name: str, answer: str) -> None:
    kind, before = type(thing).__name__, repr(vars(thing))
    with pytest.raises(AttributeError, match=re.escape(f"{kind}.{name} = 0.5 has no effect; {answer}")):
        setattr(thing, name, 0.5)
    with pytest.raises(AttributeError, match=re.escape(f"{kind!r} object has no attribute {name!r}; {answer}")):
        getattr(thing, name)
    assert repr(vars(thing)) == before
    assert name not in dir(thing)
    assert {"training", "learning_rate"} & {*dir(thing)}


@pytest.mark.parametrize("base", [nn.Optimizer, nn.SGD])
def test_an_optimizer_of_ones_own_has_settings_of_any_name(base: Any) -> None:
    class Own(base):  # type: ignore[misc]
        def __init__(self, parameters: Any) -> None:
            super().__init__(parameters, 0.1, 0.0)
            self.lr, self.eps = 0.5, 1e-3

    own = Own([Value(1.0)])
    assert (own.lr, own.eps) == (0.5, 1e-3)
    assert {"lr", "eps"} <= {*dir(own)}


def test_lr_is_the_learning_rate() -> None:
    for kind in (nn.SGD, nn.Adam, nn.AdamW, nn.AdaGrad, nn.RMSProp):
        assert kind([Value(1.0)], lr=0.25).learning_rate == 0.25  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="learning_rate"):
        nn.SGD([Value(1.0)], 0.1, lr=0.25)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'lr'"):
        nn.SGD([Value(1.0)], learning_rate=0.1, lr=0.25)  # type: ignore[call-arg]


def test_an_error_from_inside_stays_as_it_is() -> None:
    @explains_keywords
    def outer(seed: int) -> None:
        dict.fromkeys([1], seed=seed)  # type: ignore[call-overload]

    with pytest.raises(TypeError) as caught:
        outer(seed=1)
    assert "it takes" not in str(caught.value)


@pytest.mark.parametrize(("name", "same"), [("swish", "silu"), ("linear", "identity"), ("logistic", "sigmoid")])
def test_names_of_activations_from_elsewhere_work(name: str, same: str) -> None:
    assert nn.Layer(2, 2, activation=name).activation is nn.activation(same)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda: autograd.softmax([1.0], axis=0), "one list is one vector"),
        (lambda: autograd.clip(1.0, min=0.0, max=1.0), "here it is low"),
        (lambda: autograd.var([1.0, 2.0], ddof=1), "here it is correction"),
        (lambda: autograd.std([1.0, 2.0], unbiased=True), "give the correction"),
        (lambda: autograd.norm([1.0, 2.0], p=1), "square root of the sum of squares"),
        (lambda: autograd.cross_entropy([1.0, 2.0], 0, weight=[1.0, 1.0]), "it takes logits, target"),
    ],
)
def test_keywords_of_functions_are_answered(call: Any, answer: str) -> None:
    with pytest.raises(TypeError, match=answer):
        call()
