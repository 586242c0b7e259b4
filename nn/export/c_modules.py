"""How are the modules of images and sequences written in C?  Read before: ``steps``. Read after: ``source``.

Each is a function of the generated file, on flat arrays in row-major order; only those that a model needs are written.
"""

from __future__ import annotations

import math
from typing import Any

from nn.export.steps import Shape, Standard, geometry

FUNCTIONS = {
    "affine": """\
static double affine(const double *w, double bias, const double *x, int n) {
    for (int i = 0; i < n; i++) bias += w[i] * x[i];
    return bias;
}
""",
    "sigmoid": """\
static double sigmoid(double x) {
    return exp(smaller(x, 0.0)) / (1.0 + exp(-fabs(x)));
}
""",
    "convolve": """\
static void convolve(const double *x, int channels, int height, int width, const double *w, const double *b,
                     int filters, int rows, int columns, int kh, int kw, int sh, int sw, int ph, int pw, double *y) {
    for (int f = 0; f < filters; f++)
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) {
                double total = b[f];
                for (int c = 0; c < channels; c++)
                    for (int k = 0; k < kh; k++)
                        for (int l = 0; l < kw; l++) {
                            int r = i * sh + k - ph, s = j * sw + l - pw;
                            if (r >= 0 && r < height && s >= 0 && s < width)
                                total += w[((f * channels + c) * kh + k) * kw + l] * x[(c * height + r) * width + s];
                        }
                y[(f * rows + i) * columns + j] = total;
            }
}
""",
    "pool": """\
static void pool(const double *x, int channels, int height, int width, int largest,
                 int rows, int columns, int kh, int kw, int sh, int sw, int ph, int pw, double *y) {
    for (int c = 0; c < channels; c++)
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) {
                double total = 0.0, most = -HUGE_VAL;
                for (int k = 0; k < kh; k++)
                    for (int l = 0; l < kw; l++) {
                        int r = i * sh + k - ph, s = j * sw + l - pw;
                        if (r < 0 || r >= height || s < 0 || s >= width) continue;
                        double number = x[(c * height + r) * width + s];
                        total += number;
                        if (number > most || number != number) most = number;
                    }
                y[(c * rows + i) * columns + j] = largest ? most : total / (kh * kw);
            }
}
""",
    "rnn": """\
static void rnn(const double *x, int length, int inputs, int size, const double *ih, const double *hh,
                const double *b_ih, const double *b_hh, int relu, double *y) {
    double zeros[size];
    for (int i = 0; i < size; i++) zeros[i] = 0.0;
    for (int t = 0; t < length; t++) {
        const double *h = t ? y + (t - 1) * size : zeros;
        for (int i = 0; i < size; i++) {
            double a = affine(ih + i * inputs, b_ih[i], x + t * inputs, inputs);
            a += affine(hh + i * size, b_hh[i], h, size);
            y[t * size + i] = relu ? larger(a, 0.0) : tanh(a);
        }
    }
}
""",
    "lstm": """\
static void lstm(const double *x, int length, int inputs, int size, const double *ih, const double *hh,
                 const double *b_ih, const double *b_hh, double *y) {
    double zeros[size], cell[size];
    for (int i = 0; i < size; i++) zeros[i] = cell[i] = 0.0;
    for (int t = 0; t < length; t++) {
        const double *h = t ? y + (t - 1) * size : zeros;
        for (int i = 0; i < size; i++) {
            double sums[4];
            for (int gate = 0; gate < 4; gate++) {
                int row = gate * size + i;
                sums[gate] = affine(ih + row * inputs, b_ih[row], x + t * inputs, inputs)
                    + affine(hh + row * size, b_hh[row], h, size);
            }
            cell[i] = sigmoid(sums[1]) * cell[i] + sigmoid(sums[0]) * tanh(sums[2]);
            y[t * size + i] = sigmoid(sums[3]) * tanh(cell[i]);
        }
    }
}
""",
    "gru": """\
static void gru(const double *x, int length, int inputs, int size, const double *ih, const double *hh,
                const double *b_ih, const double *b_hh, double *y) {
    double zeros[size];
    for (int i = 0; i < size; i++) zeros[i] = 0.0;
    for (int t = 0; t < length; t++) {
        const double *h = t ? y + (t - 1) * size : zeros;
        for (int i = 0; i < size; i++) {
            double a[3], b[3];
            for (int gate = 0; gate < 3; gate++) {
                int row = gate * size + i;
                a[gate] = affine(ih + row * inputs, b_ih[row], x + t * inputs, inputs);
                b[gate] = affine(hh + row * size, b_hh[row], h, size);
            }
            double keep = sigmoid(a[1] + b[1]);
            y[t * size + i] = (1.0 - keep) * tanh(a[2] + sigmoid(a[0] + b[0]) * b[2]) + keep * h[i];
        }
    }
}
""",
    "attend": """\
static void attend(const double *x, int length, int size, int heads, int causal, const double *w, const double *b,
                   const double *output, const double *output_b, double *y) {
    int width = size / heads;
    double all[length][3 * size], joined[size], shares[length]; /* queries, keys and values, end to end */
    for (int t = 0; t < length; t++)
        for (int i = 0; i < 3 * size; i++) all[t][i] = affine(w + i * size, b[i], x + t * size, size);
    for (int t = 0; t < length; t++) {
        int seen = causal ? t + 1 : length;
        for (int start = 0; start < size; start += width) {
            double most = -HUGE_VAL, total = 0.0;
            for (int n = 0; n < seen; n++) {
                shares[n] = affine(all[t] + start, 0.0, all[n] + size + start, width) / sqrt(width);
                most = larger(most, shares[n]);
            }
            for (int n = 0; n < seen; n++) total += shares[n] = exp(shares[n] - most);
            for (int k = start; k < start + width; k++) {
                joined[k] = 0.0;
                for (int n = 0; n < seen; n++) joined[k] += shares[n] / total * all[n][2 * size + k];
            }
        }
        for (int i = 0; i < size; i++) y[t * size + i] = affine(output + i * size, output_b[i], joined, size);
    }
}
""",
    "rms_norm": """\
static void rms_norm(const double *x, int size, double epsilon, const double *scale, double *y) {
    double square = 0.0;
    for (int i = 0; i < size; i++) square += x[i] * x[i] / size;
    for (int i = 0; i < size; i++) y[i] = x[i] / sqrt(square + epsilon) * scale[i];
}
""",
}
"""The functions, each after those that it calls."""

NEEDS = {"rnn": ["affine"], "lstm": ["affine", "sigmoid"], "gru": ["affine", "sigmoid"], "attend": ["affine"]}
"""Which functions call which others."""

_FUNCTION_OF = {
    "Conv1d": "convolve", "Conv2d": "convolve", "MaxPool2d": "pool", "AvgPool2d": "pool", "RNN": "rnn", "LSTM": "lstm",
    "GRU": "gru", "MultiHeadAttention": "attend", "RMSNorm": "rms_norm",
}  # fmt: skip


def c_of(step: Standard, n: int, before: Shape, after: Shape) -> tuple[list[str], str]:
    """The functions that module ``n`` needs, and the lines that compute ``x{n}`` from ``x{n - 1}``."""
    kind, settings = step.kind, step.settings
    if kind in ("Flatten", "Last"):
        skipped = math.prod(before) - math.prod(after)
        return [], f"    const double *x{n} = x{n - 1} + {skipped};"
    arrays = [f"{name.replace('.', '_')}{n}" for name in step.numbers]
    function = _FUNCTION_OF[kind]
    given: list[Any] = [f"x{n - 1}", *before]
    if "kernel_size" in settings:
        one_row = kind == "Conv1d"  # an image of one row
        if one_row:
            given, after = [given[0], before[0], 1, before[1]], (after[0], 1, after[1])
        pairs = [(first, size) if one_row else size for first, size in zip((1, 1, 0), geometry(settings), strict=True)]
        given += [*arrays, after[0]] if arrays else [int(kind == "MaxPool2d")]
        given += [*after[1:], *(size for both in pairs for size in both)]
    elif kind == "MultiHeadAttention":
        given += [settings["num_heads"], int(settings["causal"]), *arrays]
    elif kind == "RMSNorm":
        given += [repr(settings["epsilon"]), *arrays]
    else:
        given += [after[1], *arrays] + ([int(settings["nonlinearity"] == "relu")] if kind == "RNN" else [])
    call = f"{function}({', '.join(map(str, given))}, x{n});"
    return [function], f"    double x{n}[{math.prod(after)}];\n    {call}"


def functions(names: list[str]) -> str:
    """The text of these functions and of those that they call, each once."""
    wanted = {*names, *(other for name in names for other in NEEDS.get(name, []))}
    return "".join(f"{text}\n" for name, text in FUNCTIONS.items() if name in wanted)
