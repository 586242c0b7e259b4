/* How does a compiled graph run natively?  This file is the same for every graph: it interprets steps of integers.

   Read link.py, which writes the steps, and opcodes.py, which defines them, beside it.  Memory is rows of `stride`
   doubles.  Uniform numbers, which are the same for all samples, are rows of one number (memory U).  Per-sample rows
   (memory S) hold one block of samples at a time, so that all rows of a block stay in the cache.  A step is a few
   words: what to do, how long the step is, and its operands.  Element-wise functions are not here: they are printed
   from the rows of the table into elements.c.

   Sums over samples are taken in one fixed order, so that the same program gives the same bits at every run.         */

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define W 8
#elif defined(__AVX__)
#define W 4
#else
#define W 2
#endif

#include "opcodes.h" /* written by opcodes.py: the kinds of steps and of operands, and sizes */

typedef double vec __attribute__((vector_size(8 * W), aligned(8), may_alias));

/* Keep a vector in a register: without this gcc loads it again for each use, and the loads dominate the time. */
#if defined(__x86_64__)
#define KEEP(v) __asm__("" : "+v"(v))
#elif defined(__aarch64__)
#define KEEP(v) __asm__("" : "+w"(v))
#else
#define KEEP(v)
#endif

typedef int64_t word;
typedef void (*forward_function)(double *, const double *, const double *, const double *, const double *, long);
typedef void (*value_and_partial_function)(double *, double *, const double *, long);
typedef void (*reverse_function)(double *, const double *, const double *, const double *, const double *, const double *,
                                 const double *, long);

extern forward_function forwards[]; /* 0 for a rare row, until its library is loaded */
extern value_and_partial_function values_and_partials[]; /* value and partial at once; 0 if the reverse pass computes the partial */
extern reverse_function reverses[][MAX_OPERANDS];
extern void accumulate_kept(double *restrict to, const double *gradient, const double *partial, long n);
extern void in_place_reverse(double *restrict g, const double *restrict z, long n); /* relu, whose partial follows from its result */
extern void exp_rows(double *z, const double *x, long n, long fast), log1p_rows(double *z, const double *x, long n, long fast);

typedef struct {
    word *forward_once, *forward_each, *reverse_each, *reverse_once; /* steps, each list ends with END */
    int32_t *tables;
    double *U, *DU, *S, *DS, *scratch;
    word block; /* samples in a block, at most MAX_SAMPLES, chosen so that its rows stay in the cache */
    word uniform_rows, sample_rows, samples, inputs, fast;
    double **arrays; /* the arguments, row-major */
    word packed_rows;
    double *packed; /* if not 0, the same arguments as blocks of rows, made by pack() */
    word *widths;
    word outputs;
    word *output_rows, *output_is_per_sample;
    double *results; /* outputs x samples */
    double *means;
    double seed;
    word backward, may_be_nonfinite, input_gradients;
    double **array_gradients, *theta;
    word parameters, inputs_at, ranges, *cleared; /* the first rows of U are for theta; those from inputs_at for arguments without samples; the
                                                    rows of DS to be set to 0 before each block are `ranges` pairs of first, number */
} program;

static double total(const double *x, long n) {
    double sum = 0.0;
    for (long i = 0; i < n; i++) sum += x[i];
    return sum;
}

static double row_total(const double *x, long n) {
    if (n < W) return total(x, n);
    vec sum = {0.0};
    long i = 0;
    for (; i + W <= n; i += W) sum += *(const vec *)(x + i);
    double rest = 0.0;
    for (int l = 0; l < W; l++) rest += sum[l];
    return rest + total(x + i, n - i);
}

static int all_finite(const double *x, long n) {
    vec bad = {0.0}, worse = {0.0};
    double rest = 0.0;
    long i = 0;
    for (; i + 2 * W <= n; i += 2 * W) bad += *(const vec *)(x + i) * 0.0, worse += *(const vec *)(x + i + W) * 0.0;
    for (; i < n; i++) rest += x[i] * 0.0;
    bad += worse;
    for (int l = 0; l < W; l++) rest += bad[l];
    return rest == 0.0;
}

/* ------------------------------------------------------------------------------------------- element-wise rows */

static const double *operand(word kind, word at, const program *p, const double *V, long i, long stride, long width,
                             double *scratch) {
    double number;
    switch (kind) {
    case OWN: return V + (at + i) * stride;
    case OWN_TABLE: return V + (long)p->tables[at + i] * stride;
    case UNIFORM_TABLE: number = p->U[p->tables[at + i]]; break;
    default:
        if (i) return scratch; /* filled in for the first row */
        memcpy(&number, &at, 8);
    }
    for (long l = 0; l < width; l++) scratch[l] = number;
    return scratch;
}

/* For rows of one number: the operands of a whole chunk, contiguous. */
static const double *gathered(word kind, word at, const program *p, const double *V, long i, long n, double *scratch) {
    double number;
    if (kind == OWN) return V + at + i;
    if (kind == OWN_TABLE) {
        for (long j = 0; j < n; j++) scratch[j] = V[p->tables[at + i + j]];
        return scratch;
    }
    memcpy(&number, &at, 8);
    for (long j = 0; j < n && !i; j++) scratch[j] = number;
    return scratch;
}

/* Results of a function, and its partials for the reverse pass if one function computes both. */
static inline void apply(const program *p, word function, double *out, double *partial, const double *const *x, long n) {
    if (partial && p->backward) values_and_partials[function](out, partial, x[0], n);
    else forwards[function](out, x[0], x[1], x[2], x[3], n);
}

static void row_forward(program *p, const word *s, double *V, long stride, long width) {
    long rows = s[3], count = s[5];
    const word *kinds = s + 8;
    double *partial = s[7] < 0 ? 0 : V + s[7] * stride;
    double *out = V + s[4] * stride, buffers[MAX_OPERANDS][CHUNK];
    const double *x[MAX_OPERANDS] = {0};
    int own = 1;
    for (long a = 0; a < count; a++) own &= kinds[2 * a] == OWN;
    if (own && stride == width) {
        for (long a = 0; a < count; a++) x[a] = V + kinds[2 * a + 1] * stride;
        apply(p, s[2], out, partial, x, rows * width);
    } else if (stride == 1) {
        for (long i = 0; i < rows; i += CHUNK) {
            long n = rows - i < CHUNK ? rows - i : CHUNK;
            for (long a = 0; a < count; a++) x[a] = gathered(kinds[2 * a], kinds[2 * a + 1], p, V, i, n, buffers[a]);
            apply(p, s[2], out + i, partial ? partial + i : 0, x, n);
        }
    } else {
        for (long i = 0; i < rows; i++) {
            for (long a = 0; a < count; a++)
                x[a] = operand(kinds[2 * a], kinds[2 * a + 1], p, V, i, stride, width, buffers[a]);
            apply(p, s[2], out + i * stride, partial ? partial + i * stride : 0, x, width);
        }
    }
    if (s[6])
        for (long i = 0; i < rows; i++) p->may_be_nonfinite |= !all_finite(out + i * stride, width);
}

static void multiply_rows(double *restrict d, const double *restrict x, long n) {
    for (long i = 0; i < n; i++) d[i] *= x[i];
}

static void add_to(double *restrict d, const double *restrict x, long n) {
    for (long i = 0; i < n; i++) d[i] += x[i];
}

/* to += gradient times the partial, which is kept from the forward pass or computed here. */
static inline void accumulate(word function, word wanted, double *to, const double *gradient, const double *partial,
                           const double *out, const double *const *x, long n) {
    if (partial) accumulate_kept(to, gradient, partial, n);
    else reverses[function][wanted](to, gradient, out, x[0], x[1], x[2], x[3], n);
}

static void row_reverse(program *p, const word *s, double *V, double *D, long stride, long width) {
    long rows = s[3], count = s[5], wanted = s[6];
    const word *kinds = s + 8;
    const double *partial = s[7] < 0 ? 0 : V + s[7] * stride;
    double *out = V + s[4] * stride, *gradient = D + s[4] * stride, buffers[MAX_OPERANDS][CHUNK], contribution[CHUNK];
    word kind = kinds[2 * wanted], at = kinds[2 * wanted + 1];
    const double *x[MAX_OPERANDS] = {0};
    long step = stride == 1 ? CHUNK : 1;
    int own = stride == width;
    for (long a = 0; a < count; a++) own &= kinds[2 * a] == OWN;
    if (own) { /* the functions accumulate */
        for (long a = 0; a < count; a++) x[a] = V + kinds[2 * a + 1] * stride;
        accumulate(s[2], wanted, D + at * stride, gradient, partial, out, x, rows * width);
        return;
    }
    for (long i = 0; i < rows; i += step) {
        long n = stride == 1 ? (rows - i < CHUNK ? rows - i : CHUNK) : width;
        for (long a = 0; a < count; a++)
            x[a] = stride == 1 ? gathered(kinds[2 * a], kinds[2 * a + 1], p, V, i, n, buffers[a])
                               : operand(kinds[2 * a], kinds[2 * a + 1], p, V, i, stride, width, buffers[a]);
        double *to = kind == OWN ? D + (at + i) * stride : contribution;
        if (kind == OWN_TABLE && stride > 1) to = D + (long)p->tables[at + i] * stride;
        if (to == contribution) memset(contribution, 0, 8 * n);
        accumulate(s[2], wanted, to, gradient + i * stride, partial ? partial + i * stride : 0, out + i * stride, x, n);
        if (to != contribution) continue;
        if (kind == UNIFORM_TABLE) p->DU[p->tables[at + i]] += row_total(contribution, n);
        else for (long j = 0; j < n; j++) D[p->tables[at + i + j]] += contribution[j];
    }
}

/* A chain of rows, a few rows of memory at a time.  What it reads from memory are its places.  Results that only the chain
   reads are in buffers of CHUNK numbers; in the reverse pass these are computed again.  The gradient of a place is the sum of
   all that the chain contributes, and is then added to what other groups contribute. */
enum { PART = 7 + 2 * MAX_OPERANDS }; /* words: function, operands, kind and place of the result, flags (1: may raise, 2: computed
                                      again in the reverse pass, 4: only the chain adds to its gradient), wanted, partial; kinds
                                      and places of operands */
enum { PLACE_WORDS = 3 };             /* kind, row or table, flags (1: a gradient flows to it, 2: no other group reads it) */

/* The same as a compiled loop: its addresses, whether rows are processed one at a time, and its memory. */
typedef long (*loop)(double *const *memory, long n);

static void loop_step(program *p, const word *e, double *V, double *D, long rows, long width, int backward) {
    long step = e[2] ? 1 : rows, count = e[3 + backward];
    const word *where = e + 5 + (backward ? 3 * e[3] : 0), *w;
    for (long i = 0; i < rows; i += step) {
        double *memory[MAX_POINTERS];
        w = where; /* gradients or not, kind, row or table */
        for (long m = 0; m < count; m++, w += 3) {
            if (w[1] != UNIFORM_TABLE) memory[m] = (w[0] ? D : V) + (w[1] == OWN ? w[2] + i : p->tables[w[2] + i]) * width;
            else memory[m] = w[0] ? p->scratch + m * CHUNK : p->U + p->tables[w[2] + i];
        }
        p->may_be_nonfinite |= ((loop)e[backward])(memory, step * width);
        w = where;
        for (long m = 0; m < count && backward; m++, w += 3)
            if (w[0] && w[1] == UNIFORM_TABLE) p->DU[p->tables[w[2] + i]] += row_total(memory[m], width);
    }
}

/* The numbers of a place, n rows from number i on: rows that are not consecutive are gathered. */
static const double *place_values(const program *p, const word *place, const double *V, long i, long n, long width, double *to) {
    if (place[0] == OWN) return V + (place[1] + i) * width;
    const int32_t *t = p->tables + place[1] + i;
    for (long j = 0; j < n; j++) {
        if (place[0] == OWN_TABLE) memcpy(to + j * width, V + (long)t[j] * width, 8 * width);
        else for (long l = 0; l < width; l++) to[j * width + l] = p->U[t[j]];
    }
    return to;
}

/* Whether the gradient of a place is computed where it belongs: no other group adds to it. */
static int is_written(const word *place) { return place[0] == OWN && place[2] & 2; }

static void add_place_gradient(program *p, const word *place, double *D, const double *g, long i, long n, long width) {
    const int32_t *t = p->tables + place[1] + i;
    if (!(place[2] & 1) || is_written(place)) return;
    if (place[0] == OWN) add_to(D + (place[1] + i) * width, g, n * width);
    else for (long j = 0; j < n; j++) {
        if (place[0] == OWN_TABLE) add_to(D + (long)t[j] * width, g + j * width, width);
        else p->DU[t[j]] += row_total(g + j * width, width);
    }
}

static void fused_step(program *p, const word *s, double *V, double *D, long width, int backward) {
    if (s[7] && p->backward) {
        loop_step(p, s + s[7], V, D, s[2], width, backward);
        return;
    }
    long rows = s[2], parts = s[3], inner = s[4], numbers = s[5], places = s[6], step = CHUNK / width;
    const word *first = s + 8, *number = first + parts * PART, *place = number + numbers;
    double *buffers = p->scratch, *gradients = buffers + (inner + numbers + places) * CHUNK;
    const double *values[places + 1], *x[MAX_OPERANDS] = {0};
    double *to_place[places + 1];
    long longest = (rows < step ? rows : step) * width;
    for (long c = 0; c < numbers; c++) {
        double constant;
        memcpy(&constant, number + c, 8);
        for (long l = 0; l < longest; l++) buffers[(inner + c) * CHUNK + l] = constant;
    }
    for (long i = 0; i < rows; i += step) {
        long n = rows - i < step ? rows - i : step, length = n * width;
        const word *o = first;
        for (long k = 0; k < places; k++)
            values[k] = place_values(p, place + k * PLACE_WORDS, V, i, n, width, buffers + (inner + numbers + k) * CHUNK);
#define OPERANDS_OF_PART                                                                                               \
    for (long a = 0; a < o[1]; a++) {                                                                                  \
        word kind = o[7 + 2 * a], at = o[8 + 2 * a];                                                                   \
        x[a] = kind == PLACE ? values[at] : kind == OWN ? V + (at + i) * width : buffers + at * CHUNK;                 \
    }
        for (long part = 0; part < parts; part++, o += PART) {
            if (backward && !(o[4] & 2)) continue; /* it is in memory, or not needed */
            double *out = o[2] == OWN ? V + (o[3] + i) * width : buffers + o[3] * CHUNK;
            OPERANDS_OF_PART
            apply(p, o[0], out, o[6] < 0 ? 0 : V + (o[6] + i) * width, x, length);
            if (o[4] & 1 && !backward) p->may_be_nonfinite |= !all_finite(out, length);
        }
        if (!backward) continue;
        memset(gradients, 0, 8 * CHUNK * inner);
        for (long k = 0; k < places; k++) {
            const word *at = place + k * PLACE_WORDS;
            to_place[k] = is_written(at) ? D + (at[1] + i) * width : gradients + (inner + k) * CHUNK;
            if (at[2] & 1) memset(to_place[k], 0, 8 * length);
        }
        for (o = first; o < number; o += PART)
            if (o[4] & 4) memset(D + (o[3] + i) * width, 0, 8 * length);
        for (long part = parts; part > 0; part--) {
            o -= PART;
            if (!o[5]) continue;
            const double *out = o[2] == OWN ? V + (o[3] + i) * width : buffers + o[3] * CHUNK;
            const double *gradient = o[2] == OWN ? D + (o[3] + i) * width : gradients + o[3] * CHUNK;
            const double *partial = o[6] < 0 ? 0 : V + (o[6] + i) * width;
            OPERANDS_OF_PART
            for (long a = o[1] - 1; a >= 0; a--) {
                if (!(o[5] >> a & 1)) continue;
                word kind = o[7 + 2 * a], at = o[8 + 2 * a];
                double *to = kind == OWN ? D + (at + i) * width : kind == PLACE ? to_place[at] : gradients + at * CHUNK;
                accumulate(o[0], a, to, gradient, partial, out, x, length);
            }
        }
        for (long k = 0; k < places; k++)
            add_place_gradient(p, place + k * PLACE_WORDS, D, gradients + (inner + k) * CHUNK, i, n, width);
    }
}

/* -------------------------------------------------------------------------------------------- matrix products
   out[o] (+)= sum over i of A[o, i] * in[i], where out[o] and in[i] are rows of vectors.                        */

static inline __attribute__((always_inline)) void tile(
    const int rows, const int columns, long inner, const double *A, long so, long si, const int32_t *in_rows, const double *in,
    const int32_t *out_rows, double *out, long stride, long at, const double *U, const int32_t *starts, int add) {
    vec sum[4][3];
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 3
        for (int c = 0; c < columns; c++) {
            if (add) sum[r][c] = *(vec *)(out + out_rows[r] * stride + at + c * W);
            else sum[r][c] = (vec){0.0} + (starts ? U[starts[r]] : 0.0);
        }
    for (long i = 0; i < inner; i++) {
        const double *x = in + (long)in_rows[i] * stride + at;
        vec factor[3];
#pragma GCC unroll 3
        for (int c = 0; c < columns; c++) {
            factor[c] = *(const vec *)(x + c * W);
            KEEP(factor[c]);
        }
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++) {
            double a = A[r * so + i * si];
#pragma GCC unroll 3
            for (int c = 0; c < columns; c++) sum[r][c] += a * factor[c];
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 3
        for (int c = 0; c < columns; c++) *(vec *)(out + out_rows[r] * stride + at + c * W) = sum[r][c];
}

#define TILES(columns)                                                                                                 \
    static void tiles_##columns(long outer, long inner, const double *A, long so, long si, const int32_t *in_rows,     \
                                const double *in, const int32_t *out_rows, double *out, long stride, long at,          \
                                const double *U, const int32_t *starts, int add) {                                     \
        long o = 0;                                                                                                    \
        for (; o + 4 <= outer; o += 4)                                                                                 \
            tile(4, columns, inner, A + o * so, so, si, in_rows, in, out_rows + o, out, stride, at, U,                 \
                 starts ? starts + o : 0, add);                                                                        \
        for (; o + 2 <= outer; o += 2)                                                                                 \
            tile(2, columns, inner, A + o * so, so, si, in_rows, in, out_rows + o, out, stride, at, U,                 \
                 starts ? starts + o : 0, add);                                                                        \
        for (; o < outer; o++)                                                                                         \
            tile(1, columns, inner, A + o * so, so, si, in_rows, in, out_rows + o, out, stride, at, U,                 \
                 starts ? starts + o : 0, add);                                                                        \
    }
TILES(3)
TILES(2)
TILES(1)

static void product(long outer, long inner, const double *A, long so, long si, const int32_t *in_rows, const double *in,
                    const int32_t *out_rows, double *out, long stride, long width, const double *U, const int32_t *starts,
                    int add) {
    for (long at = 0, left = width / W; left > 0;) { /* one vector alone would not fill the pipeline: four are two and two */
        int columns = left == 4 || left == 2 ? 2 : left > 2 ? 3 : 1;
        if (columns == 3) tiles_3(outer, inner, A, so, si, in_rows, in, out_rows, out, stride, at, U, starts, add);
        else if (columns == 2) tiles_2(outer, inner, A, so, si, in_rows, in, out_rows, out, stride, at, U, starts, add);
        else tiles_1(outer, inner, A, so, si, in_rows, in, out_rows, out, stride, at, U, starts, add);
        left -= columns, at += columns * W;
    }
}

/* Four vectors become the vector of their four sums, and are added to four numbers: a tree of shuffles, since adding
   up the lanes of a vector one by one would take as long as the products did. */
typedef double four __attribute__((vector_size(32), aligned(8), may_alias));
#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef int64_t mask __attribute__((vector_size(8 * W)));
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (mask){__VA_ARGS__})
#endif

static inline __attribute__((always_inline)) void add_sums(double *to, long step, vec a, vec b, vec c, vec d) {
    four sums;
#if W == 8
    vec ab = SHUFFLE(a, b, 0, 8, 2, 10, 4, 12, 6, 14) + SHUFFLE(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    vec cd = SHUFFLE(c, d, 0, 8, 2, 10, 4, 12, 6, 14) + SHUFFLE(c, d, 1, 9, 3, 11, 5, 13, 7, 15);
    vec all = SHUFFLE(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) + SHUFFLE(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
    sums = ((const four *)&all)[0] + ((const four *)&all)[1];
#elif W == 4
    vec ab = SHUFFLE(a, b, 0, 4, 2, 6) + SHUFFLE(a, b, 1, 5, 3, 7);
    vec cd = SHUFFLE(c, d, 0, 4, 2, 6) + SHUFFLE(c, d, 1, 5, 3, 7);
    sums = SHUFFLE(ab, cd, 0, 1, 4, 5) + SHUFFLE(ab, cd, 2, 3, 6, 7);
#else
    sums = (four){a[0] + a[1], b[0] + b[1], c[0] + c[1], d[0] + d[1]};
#endif
    if (step == 1) *(four *)to += sums;
    else for (int n = 0; n < 4; n++) to[n * step] += sums[n];
}

/* DA[p, k] += sum over q and samples of d[q, p] * x[q, k], for 1, 2 or 4 p and 1 or 4 k at a time. */
static inline __attribute__((always_inline)) void outer_tile(const int rows, const int columns, long P, long Q, long K,
                                                             double *DA, long sp, long sk, const int32_t *d_rows,
                                                             const double *d, const int32_t *x_rows, const double *x,
                                                             long stride, long width) {
    vec sum[4][4];
    const double *dr[4], *xc[4];
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int c = 0; c < 4; c++) sum[r][c] = (vec){0.0};
    for (long q = 0; q < Q; q++) {
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++) dr[r] = d + (long)d_rows[q * P + r] * stride;
#pragma GCC unroll 4
        for (int c = 0; c < columns; c++) xc[c] = x + (long)x_rows[q * K + c] * stride;
        for (long at = 0; at < width; at += W) {
            vec factor[4];
#pragma GCC unroll 4
            for (int c = 0; c < columns; c++) {
                factor[c] = *(const vec *)(xc[c] + at);
                KEEP(factor[c]);
            }
#pragma GCC unroll 4
            for (int r = 0; r < rows; r++) {
                vec g = *(const vec *)(dr[r] + at);
                KEEP(g);
#pragma GCC unroll 4
                for (int c = 0; c < columns; c++) sum[r][c] += g * factor[c];
            }
        }
    }
    if (columns == 4) {
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++) add_sums(DA + r * sp, sk, sum[r][0], sum[r][1], sum[r][2], sum[r][3]);
    } else {
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++) {
            double total = 0.0;
            for (int l = 0; l < W; l++) total += sum[r][0][l];
            DA[r * sp] += total;
        }
    }
}

#if W == 8
#define MAX_ROWS 4
#else
#define MAX_ROWS 2
#endif
enum { IN_CACHE = 128 * 1024 }; /* bytes that stay in the second-level cache */

static void outer_block(long P, long Q, long K, double *DA, long sp, long sk, const int32_t *d_rows, const double *d,
                        const int32_t *x_rows, const double *x, long stride, long width) {
    for (long k = 0; k < K;) {
        int columns = K - k >= 4 ? 4 : 1;
        const int32_t *xs = x_rows + k;
        for (long r = 0; r < P;) {
            int rows = P - r >= MAX_ROWS ? MAX_ROWS : 1;
            double *at = DA + r * sp + k * sk;
            if (rows > 1 && columns == 4) outer_tile(MAX_ROWS, 4, P, Q, K, at, sp, sk, d_rows + r, d, xs, x, stride, width);
            else if (rows > 1) outer_tile(MAX_ROWS, 1, P, Q, K, at, sp, sk, d_rows + r, d, xs, x, stride, width);
            else if (columns == 4) outer_tile(1, 4, P, Q, K, at, sp, sk, d_rows + r, d, xs, x, stride, width);
            else outer_tile(1, 1, P, Q, K, at, sp, sk, d_rows + r, d, xs, x, stride, width);
            r += rows;
        }
        k += columns;
    }
}

/* In blocks of lists whose rows fit into the second-level cache: each row is read many times. */
static void outer_products(long P, long Q, long K, double *DA, long sp, long sk, const int32_t *d_rows, const double *d,
                           const int32_t *x_rows, const double *x, long stride, long width) {
    long most = IN_CACHE / (8 * width * (P + K)), each = most > 0 ? most : 1;
    for (long q = 0; q < Q; q += each)
        outer_block(P, Q - q < each ? Q - q : each, K, DA, sp, sk, d_rows + q * P, d, x_rows + q * K, x, stride, width);
}

/* A product of one sample: the right lists become vector lanes in scratch memory, and the kernels above compute the product. */
static double *packed(const int32_t *rows, const double *V, long Q, long K, long lanes, double *to) {
    for (long k = 0; k < K; k++) {
        for (long q = 0; q < Q; q++) to[k * lanes + q] = V[rows[q * K + k]];
        for (long q = Q; q < lanes; q++) to[k * lanes + q] = 0.0;
    }
    return to;
}

static void product_step(program *p, const word *s, double *V, double *D, long stride, long width, int backward) {
    long P = s[2], Q = s[3], K = s[4], first = s[5], left = s[6], sp = s[7], sk = s[8];
    const int32_t *right = p->tables + s[9], *out = p->tables + s[10];
    const int32_t *starts = s[11] >= 0 ? p->tables + s[11] : 0, *counting = p->tables + s[12];
    int want_left = s[13] & 1, want_right = s[13] & 2, want_starts = s[13] & 4, alone = s[13] & 8;
    word epilogue = s[14]; /* a function that is applied to the results in place: relu, or one whose partials are kept; or -1 */
    const double *A = p->U + left;
    double *DA = p->DU + left;
    if (stride > 1) {
        if (epilogue >= 0 && backward && s[15] < 0) in_place_reverse(D + first * stride, V + first * stride, P * Q * stride);
        else if (epilogue >= 0 && backward) multiply_rows(D + first * stride, V + s[15] * stride, P * Q * stride);
        for (long q = 0; q < Q; q++) {
            const int32_t *in = right + q * K, *to = out + q * P, *start = starts ? starts + q * P : 0;
            if (!backward) {
                product(P, K, A, sp, sk, in, V, to, V, stride, width, p->U, start, 0);
                double *results = V + (first + q * P) * stride;
                const double *x[MAX_OPERANDS] = {results};
                if (epilogue >= 0) apply(p, epilogue, results, s[15] < 0 ? 0 : V + (s[15] + q * P) * stride, x, P * stride);
                continue;
            }
            if (want_starts) for (long i = 0; i < P; i++) p->DU[start[i]] += row_total(D + to[i] * stride, width);
            if (want_right) product(K, P, A, sk, sp, to, D, in, D, stride, width, 0, 0, !alone);
        }
        if (backward && want_left) outer_products(P, Q, K, DA, sp, sk, out, D, right, V, stride, width);
        return;
    }
    long lanes = (Q + W - 1) / W * W;
    double *x = packed(right, V, Q, K, lanes, p->scratch), *z = p->scratch + K * lanes;
    if (!backward) {
        product(P, K, A, sp, sk, counting, x, counting, z, lanes, lanes, 0, 0, 0);
        for (long q = 0; q < Q; q++)
            for (long i = 0; i < P; i++)
                V[first + q * P + i] = z[i * lanes + q] + (starts ? V[starts[q * P + i]] : 0.0);
        return;
    }
    for (long i = 0; i < P; i++) {
        for (long q = 0; q < Q; q++) z[i * lanes + q] = D[first + q * P + i];
        for (long q = Q; q < lanes; q++) z[i * lanes + q] = 0.0;
    }
    if (want_starts) for (long i = 0; i < P * Q; i++) D[starts[i]] += D[first + i];
    if (want_left) outer_products(P, 1, K, DA, sp, sk, counting, z, counting, x, lanes, lanes);
    if (want_right) {
        product(K, P, A, sk, sp, counting, z, counting, x, lanes, lanes, 0, 0, 0);
        for (long k = 0; k < K; k++)
            for (long q = 0; q < Q; q++) D[right[q * K + k]] += x[k * lanes + q];
    }
}

/* -------------------------------------------------- products in which both factors differ from sample to sample
   out[p, q] (+)= sum over k of a[p, k] * b[q, k], where all of them are rows; as in attention.                   */

typedef struct {
    const int32_t *rows;
    double *memory;
    long one, two; /* the row of (i, j) is rows[i * one + j * two] */
} lists;

static inline double *row_of(const lists *of, long i, long j, long width) {
    return of->memory + of->rows[i * of->one + j * of->two] * width;
}

/* m rows p and n columns q, whose factors b are packed, for the terms from k to `end` and `here` samples from `at` on. */
static inline __attribute__((always_inline)) void batched_tile(const int m, const int n, long k, long end, const lists *a,
                                                             const double *b, const lists *out, long p, long q, long width,
                                                             long at, long here, int add) {
    for (long l = 0; l < here; l += W) {
        vec sum[MAX_ROWS][4];
#pragma GCC unroll 4
        for (int r = 0; r < m; r++)
#pragma GCC unroll 4
            for (int c = 0; c < n; c++) sum[r][c] = (vec){0.0};
        for (long i = k; i < end; i++) {
            vec x[MAX_ROWS];
#pragma GCC unroll 4
            for (int r = 0; r < m; r++) {
                x[r] = *(const vec *)(row_of(a, p + r, i, width) + at + l);
                KEEP(x[r]);
            }
#pragma GCC unroll 4
            for (int c = 0; c < n; c++) {
                vec y = *(const vec *)(b + (i * n + c) * here + l);
                KEEP(y);
#pragma GCC unroll 4
                for (int r = 0; r < m; r++) sum[r][c] += x[r] * y;
            }
        }
#pragma GCC unroll 4
        for (int r = 0; r < m; r++)
#pragma GCC unroll 4
            for (int c = 0; c < n; c++) {
                vec *z = (vec *)(row_of(out, p + r, q + c, width) + at + l);
                if (add) *z += sum[r][c];
                else *z = sum[r][c];
            }
    }
}

/* `ranges`: for each p the first q and the last + 1, and the first k and the last + 1; others are gaps.  The rows of b are
   often at multiples of a page from each other, where few of them stay in the first-level cache: they are packed. */
static void batched_product(long P, long Q, long K, const int32_t *ranges, lists a, lists b, lists out, long width, int add,
                            double *packed) {
    for (long at = 0; at < width; at += PACKED)
        for (long q = 0, n; q < Q; q += n) {
            long here = width - at < PACKED ? width - at : PACKED;
            n = Q - q >= 4 ? 4 : Q - q >= 2 ? 2 : 1;
            for (long k = 0; k < K; k++)
                for (long c = 0; c < n; c++) memcpy(packed + (k * n + c) * here, row_of(&b, q + c, k, width) + at, 8 * here);
            for (long p = 0, m; p < P; p += m) {
                m = P - p >= MAX_ROWS ? MAX_ROWS : 1;
                int32_t whole[4] = {INT32_MAX, 0, INT32_MAX, 0};
                for (int bound = 0; bound < 4 * m; bound++) {
                    int32_t end = ranges[4 * p + bound], *so_far = whole + bound % 4;
                    if (bound % 2 ? end > *so_far : end < *so_far) *so_far = end;
                }
                long k = whole[2], end = whole[3];
                if (q >= whole[1] || q + n <= whole[0]) continue;
                if (m > 1 && n == 4) batched_tile(MAX_ROWS, 4, k, end, &a, packed, &out, p, q, width, at, here, add);
                else if (m > 1 && n == 2) batched_tile(MAX_ROWS, 2, k, end, &a, packed, &out, p, q, width, at, here, add);
                else if (m > 1) batched_tile(MAX_ROWS, 1, k, end, &a, packed, &out, p, q, width, at, here, add);
                else if (n == 4) batched_tile(1, 4, k, end, &a, packed, &out, p, q, width, at, here, add);
                else if (n == 2) batched_tile(1, 2, k, end, &a, packed, &out, p, q, width, at, here, add);
                else batched_tile(1, 1, k, end, &a, packed, &out, p, q, width, at, here, add);
            }
        }
}

/* Left (P x K), right (Q x K) and results (P x Q): where left or results have a gap, a row of zeros is read, and a row that is
   never read is written. */
static void batched_step(program *p, const word *s, double *V, double *D, long width, int backward) {
    long P = s[2], Q = s[3], K = s[4], wants = s[13], zero = s[14], by_term = s[15], gaps = s[16];
    const int32_t *t[8];
    for (int n = 0; n < 8; n++) t[n] = p->tables + s[5 + n];
    lists right = {t[0], V, K, 1}, right_gradient = {t[0], D, K, 1}, left = {t[1], V, K, 1}, to_left = {t[2], D, K, 1};
    lists gradient = {t[3], D, Q, 1}, results = {t[4], V, Q, 1};
#define TRANSPOSED(of) ((lists){of.rows, of.memory, of.two, of.one})
    memset((backward ? D : V) + zero * width, 0, 8 * width);
    if (!backward) {
        batched_product(P, Q, K, t[5], left, right, results, width, 0, p->scratch);
        for (long n = 0; gaps && n < P * Q; n++) /* a gap times inf is nan: the eager engine has no such product */
            p->may_be_nonfinite |= !all_finite(V + (long)t[4][n] * width, width);
        return;
    }
    memset(V + zero * width, 0, 8 * width);
    if (wants & 1) batched_product(P, K, Q, t[6], gradient, TRANSPOSED(right), to_left, width, !(wants & 4), p->scratch);
    if (!(wants & 2)) return;
    int add = !(wants & 8);
    if (by_term) batched_product(K, Q, P, t[7], TRANSPOSED(left), TRANSPOSED(gradient), TRANSPOSED(right_gradient), width, add, p->scratch);
    else batched_product(Q, K, P, t[7], TRANSPOSED(gradient), TRANSPOSED(left), right_gradient, width, add, p->scratch);
}

/* ---------------------------------------------------------------------------------- sums that are not a matrix product */

static void multiply_add(double *restrict z, double u, const double *restrict x, long n) {
    for (long l = 0; l < n; l++) z[l] += u * x[l];
}

static void multiply_add_rows(double *restrict z, const double *x, const double *y, long n) {
    for (long l = 0; l < n; l++) z[l] += x[l] * y[l];
}

/* z += sum over pairs of x * y, where x is a row, or (from != 0) one number of it. */
static void add_products(double *z, const int32_t *t, long pairs, const double *from, const double *V, long stride, long width) {
    long at = 0;
    for (; at + 4 * W <= width; at += 4 * W) {
        vec *out = (vec *)(z + at), a = out[0], b = out[1], c = out[2], d = out[3];
        for (long k = 0; k < pairs; k++) {
            const vec *y = (const vec *)(V + t[2 * k + 1] * stride + at), *x = (const vec *)(V + t[2 * k] * stride + at);
            if (from) {
                double u = from[t[2 * k]];
                a += u * y[0], b += u * y[1], c += u * y[2], d += u * y[3];
            } else a += x[0] * y[0], b += x[1] * y[1], c += x[2] * y[2], d += x[3] * y[3];
        }
        out[0] = a, out[1] = b, out[2] = c, out[3] = d;
    }
    for (long k = 0; k < pairs && at < width; k++) {
        const double *y = V + t[2 * k + 1] * stride;
        if (from) multiply_add(z + at, from[t[2 * k]], y + at, width - at);
        else multiply_add_rows(z + at, V + t[2 * k] * stride + at, y + at, width - at);
    }
}

static void sum_step(program *p, const word *s, double *V, double *D, long stride, long width, int backward) {
    long rows = s[2], first = s[3], add = s[4], ul = s[5], ll = s[6], l = s[7], u = s[8], wants = s[10];
    const int32_t *t = p->tables + s[9];
    for (long i = 0; i < rows; i++) {
        double *z = (backward ? D : V) + (first + i) * stride;
        if (!backward && stride == 1) {
            double sum = add ? *z : 0.0;
            for (long k = 0; k < ll; k++, t += 2) sum += V[t[0]] * V[t[1]];
            for (long k = 0; k < l; k++, t++) sum += V[t[0]];
            *z = sum;
        } else if (!backward) {
            if (!add) memset(z, 0, 8 * width);
            if (ul) add_products(z, t, ul, p->U, V, stride, width);
            if (ll) add_products(z, t + 2 * ul, ll, 0, V, stride, width);
            t += 2 * (ul + ll);
            for (long k = 0; k < l; k++, t++) add_to(z, V + t[0] * stride, width);
            for (long k = 0; k < u; k++, t++) for (long j = 0; j < width; j++) z[j] += p->U[t[0]];
        } else if (stride == 1) {
            double g = *z;
            for (long k = 0; k < ll; k++, t += 2) {
                double a = V[t[0]], b = V[t[1]];
                D[t[0]] += g * b;
                D[t[1]] += g * a;
            }
            for (long k = 0; k < l; k++, t++) D[t[0]] += g;
        } else {
            for (long k = 0; k < ul; k++, t += 2) {
                double products[MAX_SAMPLES];
                if (wants & 1) {
                    for (long j = 0; j < width; j++) products[j] = z[j] * V[t[1] * stride + j];
                    p->DU[t[0]] += row_total(products, width);
                }
                if (wants & 2) multiply_add(D + t[1] * stride, p->U[t[0]], z, width);
            }
            for (long k = 0; k < ll; k++, t += 2) {
                multiply_add_rows(D + t[0] * stride, V + t[1] * stride, z, width);
                multiply_add_rows(D + t[1] * stride, V + t[0] * stride, z, width);
            }
            for (long k = 0; k < l; k++, t++) add_to(D + t[0] * stride, z, width);
            for (long k = 0; k < u; k++, t++) p->DU[t[0]] += row_total(z, width);
        }
    }
}

/* ----------------------------------------------------------------------------------- rows of any number of operands */

/* exp(x - the greatest x) of the K rows of t, into e; the greatest x, how many x equal it, and the sum of the
   powers of the others.  The first are exactly 1, or nan where the greatest x is not finite. */
static void powers(const program *p, const double *V, const int32_t *t, long K, long width, double *e, double *highest,
                   double *ties, double *rest) {
    for (long l = 0; l < width; l++) highest[l] = V[t[0] * width + l];
    for (long k = 1; k < K; k++)
        for (long l = 0; l < width; l++) {
            double x = V[t[k] * width + l];
            highest[l] = x != x || x > highest[l] ? x : highest[l];
        }
    for (long k = 0; k < K; k++)
        for (long l = 0; l < width; l++) e[k * width + l] = V[t[k] * width + l] - highest[l];
    exp_rows(e, e, K * width, p->fast);
    for (long l = 0; l < width; l++) rest[l] = ties[l] = 0.0;
    for (long k = 0; k < K; k++)
        for (long l = 0; l < width; l++) {
            int below = V[t[k] * width + l] < highest[l];
            rest[l] += below ? e[k * width + l] : 0.0;
            ties[l] += below ? 0.0 : 1.0;
        }
}

static inline double sum_of_powers(double highest, double ties, double rest) {
    return rest + ties + (highest - highest); /* inf - inf is nan */
}

/* log(rest + ties), in which the first of the ties is 1 exactly. */
static void log_of_sum(const program *p, double *to, const double *ties, const double *rest, long width) {
    for (long l = 0; l < width; l++) to[l] = rest[l] + (ties[l] - 1.0);
    log1p_rows(to, to, width, p->fast);
}

/* The same divided by their sum. */
static void probabilities(const program *p, const double *V, const int32_t *t, long K, long width, double *e) {
    double highest[MAX_SAMPLES], ties[MAX_SAMPLES], rest[MAX_SAMPLES];
    powers(p, V, t, K, width, e, highest, ties, rest);
    for (long k = 0; k < K; k++)
        for (long l = 0; l < width; l++) e[k * width + l] /= sum_of_powers(highest[l], ties[l], rest[l]);
}

/* To each x: p (g * sum of the other p - sum of the other p g); nothing cancels.  `sums` has room for 2 K rows. */
static void softmax_reverse(const double *pr, const double *g, double *D, const int32_t *t, long K, long width, double sign,
                            double *sums) {
    double before[MAX_SAMPLES], before_g[MAX_SAMPLES], *after = sums, *after_g = sums + K * width;
    memset(before, 0, sizeof before);
    memset(before_g, 0, sizeof before_g);
    memset(after + (K - 1) * width, 0, 8 * width);
    memset(after_g + (K - 1) * width, 0, 8 * width);
    for (long k = K - 1; k > 0; k--) {
        const double *restrict mine = pr + k * width, *restrict partial = g + k * width;
        double *restrict a = after + (k - 1) * width, *restrict b = after_g + (k - 1) * width;
        for (long l = 0; l < width; l++) {
            a[l] = a[width + l] + mine[l];
            b[l] = b[width + l] + mine[l] * partial[l];
        }
    }
    for (long k = 0; k < K; k++) {
        const double *restrict mine = pr + k * width, *restrict partial = g + k * width;
        const double *restrict a = after + k * width, *restrict b = after_g + k * width;
        double *restrict d = D + t[k] * width;
        for (long l = 0; l < width; l++) {
            d[l] += sign * mine[l] * (partial[l] * (before[l] + a[l]) - (before_g[l] + b[l]));
            before[l] += mine[l];
            before_g[l] += mine[l] * partial[l];
        }
    }
}

/* 1 - p, as the sum of the others. */
static void softmax_others(const program *p, const double *V, const int32_t *t, long K, long width, double *out) {
    double highest[MAX_SAMPLES], ties[MAX_SAMPLES], rest[MAX_SAMPLES], *e = p->scratch, *after = e + K * width;
    powers(p, V, t, K, width, e, highest, ties, rest);
    for (long l = 0; l < width; l++) {
        double before = 0.0;
        after[K - 1] = 0.0;
        for (long k = K - 1; k > 0; k--) after[k - 1] = after[k] + e[k * width + l];
        for (long k = 0; k < K; k++) {
            out[k * width + l] = (before + after[k]) / sum_of_powers(highest[l], ties[l], rest[l]);
            before += e[k * width + l];
        }
    }
}

/* With `kept`, the partials: p. */
static void logsumexp(const program *p, const double *V, const int32_t *t, long K, long width, double *z, double *kept) {
    double highest[MAX_SAMPLES], ties[MAX_SAMPLES], rest[MAX_SAMPLES];
    powers(p, V, t, K, width, kept ? kept : p->scratch, highest, ties, rest);
    log_of_sum(p, z, ties, rest, width);
    for (long l = 0; l < width; l++) z[l] += highest[l];
    for (long k = 0; k < K && kept; k++)
        for (long l = 0; l < width; l++) kept[k * width + l] /= sum_of_powers(highest[l], ties[l], rest[l]);
}

/* With `kept`, the partials: p, but for the right class minus the sum of the others. */
static void cross_entropy(const program *p, const double *V, const int32_t *t, const double *class, long K, long width,
                          double *z, double *kept) {
    double highest[MAX_SAMPLES], ties[MAX_SAMPLES], rest[MAX_SAMPLES], other[MAX_SAMPLES];
    powers(p, V, t, K, width, kept ? kept : p->scratch, highest, ties, rest);
    double above[MAX_SAMPLES];
    log_of_sum(p, above, ties, rest, width);
    for (long l = 0; l < width; l++) {
        int good = class[l] >= 0.0 && class[l] < (double)K;
        long k = good ? (long)class[l] : 0;
        z[l] = good ? (highest[l] - V[t[k] * width + l]) + above[l] : NAN;
        other[l] = 0.0;
    }
    for (long k = 0; k < K && kept; k++)
        for (long l = 0; l < width; l++) other[l] += (double)k == class[l] ? 0.0 : kept[k * width + l];
    for (long k = 0; k < K && kept; k++)
        for (long l = 0; l < width; l++) {
            double *partial = kept + k * width + l;
            *partial = ((double)k == class[l] ? -other[l] : *partial) / sum_of_powers(highest[l], ties[l], rest[l]);
        }
}

/* The targets are the second half of the operands. */
static void soft_cross_entropy(const program *p, const double *V, double *D, const int32_t *t, long K, long width, double *z,
                               const double *g, int backward) {
    double highest[MAX_SAMPLES], ties[MAX_SAMPLES], rest[MAX_SAMPLES], *e = p->scratch;
    powers(p, V, t, K, width, e, highest, ties, rest);
    double all_above[MAX_SAMPLES];
    log_of_sum(p, all_above, ties, rest, width);
    for (long l = 0; l < width; l++) {
        double above = all_above[l], loss = 0.0;
        double sum = sum_of_powers(highest[l], ties[l], rest[l]);
        double *after_p = e + K * width, *after_t = after_p + K, before_p = 0.0, before_t = 0.0;
        if (!backward) {
            for (long k = 0; k < K; k++) loss += V[t[K + k] * width + l] * ((highest[l] - V[t[k] * width + l]) + above);
            z[l] = loss;
            continue;
        }
        after_p[K - 1] = after_t[K - 1] = 0.0;
        for (long k = K - 1; k > 0; k--) {
            after_p[k - 1] = after_p[k] + e[k * width + l] / sum;
            after_t[k - 1] = after_t[k] + V[t[K + k] * width + l];
        }
        for (long k = 0; k < K; k++) {
            double pr = e[k * width + l] / sum, target = V[t[K + k] * width + l];
            D[t[k] * width + l] += g[l] * (pr * (before_t + after_t[k]) - target * (before_p + after_p[k]));
            D[t[K + k] * width + l] += g[l] * ((highest[l] - V[t[k] * width + l]) + above);
            before_p += pr;
            before_t += target;
        }
    }
}

/* The number of row t[index], sample by sample; with `numbers`, one of U. */
static void take(program *p, double *V, double *D, const int32_t *t, const double *index, long K, long width, double *z,
                 const double *g, int numbers, int backward) {
    for (long l = 0; l < width; l++) {
        long k = (long)index[l], good = index[l] >= 0.0 && index[l] < (double)K;
        if (!good && !backward) z[l] = NAN;
        else if (good && !backward) z[l] = numbers ? p->U[t[k]] : V[t[k] * width + l];
        else if (good && numbers) p->DU[t[k]] += g[l];
        else if (good) D[t[k] * width + l] += g[l];
    }
}

static void variadic_step(program *p, const word *s, double *V, double *D, long width, int backward) {
    long what = s[2], rows = s[3], K = s[4], first = s[5], outputs = what == SOFTMAX || what == SOFTMAX_OTHERS ? K : 1;
    const int32_t *t = p->tables + s[6], *index = p->tables + s[7];
    for (long i = 0; i < rows; i++, t += what == SOFT_CROSS_ENTROPY ? 2 * K : K) {
        double *z = V + (first + i * outputs) * width, *g = D + (first + i * outputs) * width, *e = p->scratch;
        double *kept = s[8] >= 0 && p->backward ? V + (s[8] + i * K) * width : 0; /* partials for the reverse pass */
        switch (what) {
        case TAKE:
        case TAKE_UNIFORM: take(p, V, D, t, V + index[i] * width, K, width, z, g, what == TAKE_UNIFORM, backward); break;
        case SOFT_CROSS_ENTROPY: soft_cross_entropy(p, V, D, t, K, width, z, g, backward); break;
        case SOFTMAX:
            if (backward) softmax_reverse(z, g, D, t, K, width, 1.0, e);
            else probabilities(p, V, t, K, width, z);
            break;
        case SOFTMAX_OTHERS:
            if (!backward) softmax_others(p, V, t, K, width, z);
            else {
                probabilities(p, V, t, K, width, e);
                softmax_reverse(e, g, D, t, K, width, -1.0, e + K * width);
            }
            break;
        default:
            for (long k = 0; k < K && kept && backward; k++) accumulate_kept(D + t[k] * width, g, kept + k * width, width);
            if (!backward && what == LOGSUMEXP) logsumexp(p, V, t, K, width, z, kept);
            if (!backward && what == CROSS_ENTROPY) cross_entropy(p, V, t, V + index[i] * width, K, width, z, kept);
        }
    }
}

/* --------------------------------------------------------------------------------------------------------- running */

static void run_steps(program *p, const word *s, double *V, double *D, long stride, long width) {
    for (; s[0] != END; s += s[1]) switch (s[0]) {
        case ROW: row_forward(p, s, V, stride, width); break;
        case ROW_REVERSE: row_reverse(p, s, V, D, stride, width); break;
        case PRODUCT: product_step(p, s, V, D, stride, width, 0); break;
        case PRODUCT_REVERSE: product_step(p, s, V, D, stride, width, 1); break;
        case SUM: sum_step(p, s, V, D, stride, width, 0); break;
        case SUM_REVERSE: sum_step(p, s, V, D, stride, width, 1); break;
        case VARIADIC: variadic_step(p, s, V, D, width, 0); break;
        case VARIADIC_REVERSE: variadic_step(p, s, V, D, width, 1); break;
        case BATCHED_PRODUCT: batched_step(p, s, V, D, width, 0); break;
        case BATCHED_PRODUCT_REVERSE: batched_step(p, s, V, D, width, 1); break;
        case FUSED: fused_step(p, s, V, D, width, 0); break;
        case FUSED_REVERSE: fused_step(p, s, V, D, width, 1); break;
        case ADD_TABLE: for (long i = 0; i < s[2]; i++) D[p->tables[s[4] + i]] += D[s[3] + i]; break;
    }
}

/* Samples from `begin` on, `here` of them; the rows are `width` long, with the last sample once more at their end.  Eight numbers
   of each sample at a time, so that a cache line is read once: the samples are often at multiples of a page from each other. */
static void load_block(program *p, double *rows, long begin, long here, long width) {
    for (long a = 0; a < p->inputs; rows += p->widths[a++] * width) {
        long step = p->widths[a], f = 0;
        const double *from = p->arrays[a] + begin * step;
        for (; f + 8 <= step; f += 8)
            for (long l = 0; l < here; l++)
                for (int n = 0; n < 8; n++) rows[(f + n) * width + l] = from[l * step + f + n];
        for (; f < step; f++)
            for (long l = 0; l < here; l++) rows[f * width + l] = from[l * step + f];
        for (f = 0; f < step; f++)
            for (long l = here; l < width; l++) rows[f * width + l] = rows[f * width + here - 1];
    }
}

/* Copy the arguments as blocks of rows into memory of the caller; `rows` per block. */
void pack(program *p, double *to, word rows) {
    for (long begin = 0; begin < p->samples; begin += p->block, to += rows * p->block) {
        long here = p->samples - begin < p->block ? p->samples - begin : p->block;
        load_block(p, to, begin, here, (here + W - 1) / W * W);
    }
}

void run(program *p) {
    long each = p->samples > 0, samples = each ? p->samples : 1, block = p->block;
    p->may_be_nonfinite = 0;
    if (p->parameters) memcpy(p->U, p->theta, 8 * p->parameters);
    for (long a = 0, row = p->inputs_at; !each && a < p->inputs; row += p->widths[a++])
        memcpy(p->U + row, p->arrays[a], 8 * p->widths[a]);
    if (p->backward) memset(p->DU, 0, 8 * p->uniform_rows);
    run_steps(p, p->forward_once, p->U, p->DU, 1, 1);
    for (long begin = 0; each && begin < samples; begin += block) {
        long here = samples - begin < block ? samples - begin : block, width = (here + W - 1) / W * W;
        if (p->packed) memcpy(p->S, p->packed + begin * p->packed_rows, 8 * width * p->packed_rows);
        else load_block(p, p->S, begin, here, width);
        run_steps(p, p->forward_each, p->S, p->DS, width, width);
        for (long o = 0; o < p->outputs; o++)
            for (long l = 0; l < here; l++)
                p->results[o * samples + begin + l] = p->output_is_per_sample[o] ? p->S[p->output_rows[o] * width + l] : p->U[p->output_rows[o]];
        if (!p->backward) continue;
        for (long r = 0; r < p->ranges; r++) memset(p->DS + p->cleared[2 * r] * width, 0, 8 * width * p->cleared[2 * r + 1]);
        if (p->output_is_per_sample[0])
            for (long l = 0; l < here; l++) p->DS[p->output_rows[0] * width + l] = p->seed;
        run_steps(p, p->reverse_each, p->S, p->DS, width, width);
        long row = 0;
        for (long a = 0; p->input_gradients && a < p->inputs; a++)
            for (long f = 0; f < p->widths[a]; f++, row++)
                for (long l = 0; l < here; l++) p->array_gradients[a][(begin + l) * p->widths[a] + f] = p->DS[row * width + l];
    }
    if (!each)
        for (long o = 0; o < p->outputs; o++) p->results[o] = p->U[p->output_rows[o]];
    for (long o = 0; o < p->outputs; o++) p->means[o] = row_total(p->results + o * samples, samples) / (double)samples;
    p->may_be_nonfinite |= !all_finite(p->means, p->outputs);
    if (!p->backward) return;
    if (!p->output_is_per_sample[0]) p->DU[p->output_rows[0]] += 1.0;
    run_steps(p, p->reverse_once, p->U, p->DU, 1, 1);
    if (!p->input_gradients) p->may_be_nonfinite |= !all_finite(p->DU, p->parameters);
    for (long a = 0, row = p->inputs_at; p->input_gradients && a < p->inputs; row += p->widths[a++])
        p->may_be_nonfinite |= !all_finite(each ? p->array_gradients[a] : p->DU + row, p->widths[a] * samples);
}
