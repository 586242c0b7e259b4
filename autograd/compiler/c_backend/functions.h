/* What are the functions of floats that the C library lacks, and those that a compiler can vectorise?

   Every file of the runtime that applies rows begins with this text; such as elements.c, which elementwise.py prints.  Each
   function here computes what the row of its name computes, and is tested against it.                                */

#include <math.h>
#include <stdint.h>
#include <string.h>

#define ROW static __attribute__((unused))
ROW inline double kernel_square(double x) { return x * x; }
ROW inline double kernel_maximum(double x, double y) { return x < y ? y : y <= x ? x : x + y; }
ROW inline double kernel_minimum(double x, double y) { return y < x ? y : x <= y ? x : x + y; }
ROW inline double kernel_relu(double x) { return x <= 0.0 ? 0.0 : x; }
ROW inline double kernel_negative_part(double x) { return x > 0.0 ? 0.0 : x; }
ROW double kernel_power_derivative(double x, double y, double n, double m) {
    enum { MAX_DEGREE = 32 };
    double c[MAX_DEGREE] = {1.0};
    int degree = (int)m, any = 0;
    if (degree >= MAX_DEGREE) return NAN;
    for (int i = 0; i < (int)n; i++)
        for (int k = degree; k >= 0; k--) c[k] = c[k] * (y - i) + (k ? c[k - 1] : 0.0);
    double log_x = x > 0.0 ? log(x) : x == 0.0 ? -INFINITY : NAN, factor = 0.0, ways = 1.0;
    for (int k = 0; k <= degree; ways *= degree - k, k++) {
        if (c[k] == 0.0) continue;
        double term = ways * c[k] * pow(log_x, degree - k);
        factor = !any ? term : x == 0.0 ? factor : factor + term;
        any = 1;
    }
    if (factor == 0.0 || (x == 0.0 && y > n)) return 0.0;
    int exact = y - n + n == y || x == 0.0 || isinf(x);
    double exponent = exact ? y - n : y, power = pow(x, exponent), size = fabs(power);
    if ((1e-290 < size && size < INFINITY) || !isfinite(x) || isnan(power)) factor *= power;
    else {
        double half = pow(fabs(x), 0.5 * exponent);
        factor = half > 0.0 ? copysign(1.0, power) * factor * half * half : 0.0;
    }
    for (int i = 0; !exact && i < (int)n; i++) factor /= x;
    return factor;
}
ROW double kernel_power_partial(double x, double y) {
    if (y >= 0.5) {
        double power = pow(x, y - 1.0), size = fabs(power);
        if ((1e-290 < size && size < INFINITY) || x == 0.0) return y * power;
    }
    return kernel_power_derivative(x, y, 1.0, 0.0);
}
ROW double kernel_xlogy(double x, double y) {
    if (x == 0.0 && y == 0.0) return 0.0;
    return x * (y > 0.0 ? log(y) : y == 0.0 ? -INFINITY : NAN);
}
ROW double kernel_normal_pdf(double x) {
    double size = fabs(x) > 40.0 ? 40.0 : fabs(x);
    double coarse = floor(size * 65536.0) / 65536.0;
    return exp(-0.5 * coarse * coarse) * exp(-0.5 * (size - coarse) * (size + coarse)) * 0.3989422804014327;
}
ROW double kernel_normal_cdf(double x) {
    double z = -x * 0.7071067811865476;
    if (!(1.0 < z && z < 30.0)) return 0.5 * erfc(z);
    double split = 134217729.0 * -x, high = split - (split + x), low = -x - high;
    double error = ((high * 0.7071067690849304 - z) + high * 1.2101617152815436e-08 + low * 0.7071067690849304)
                   + low * 1.2101617152815436e-08;
    error += x * 4.833646656726457e-17;
    return 0.5 * erfc(z) * (1.0 - 2.0 * z * error);
}
ROW double kernel_exp_difference(double x, double y) {
    double difference = x - y;
    if (isinf(difference)) return exp(difference);
    double back = difference - x, error = (x - (difference - back)) - (y + back), out = exp(difference);
    return out + out * error;
}
/* ------------------------------------------------------------------------------------------ functions that vectorise
   exp by the reduction x = n log 2 + r and a series in r, and tanh and sech from it; written without branches.       */

#define INLINE static inline __attribute__((always_inline)) /* or loops would not vectorise */
#ifdef __FMA__
#define MULTIPLY_ADD(a, b, c) __builtin_fma(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif
INLINE double series(double r) { /* exp(r) - 1 for |r| <= 0.35 */
    double q = 1.0 / 6227020800.0;
    q = MULTIPLY_ADD(q, r, 1.0 / 479001600.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 39916800.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 3628800.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 362880.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 40320.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 5040.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 720.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 120.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 24.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 6.0);
    q = MULTIPLY_ADD(q, r, 0.5);
    return MULTIPLY_ADD(r * r, q, r);
}
INLINE double reduced(double x, double n) { /* x - n log 2 */
    return MULTIPLY_ADD(n, -1.90821492927058770002e-10, MULTIPLY_ADD(n, -0.693147180369123816490, x));
}
#define TO_WHOLE 6755399441055744.0 /* added to a small number, it leaves a whole one in the lowest bits */
INLINE int64_t bits(double x) {
    int64_t found;
    memcpy(&found, &x, 8);
    return found;
}
INLINE double power_of_two(int64_t n) { /* -1022 <= n <= 1023, in the lowest bits */
    uint64_t found = (uint64_t)(n + 1023) << 52;
    double power;
    memcpy(&power, &found, 8);
    return power;
}
INLINE double fast_exp(double x) {
    double low = x < -800.0 ? -800.0 : x, in = low > 800.0 ? 800.0 : low; /* nan stays nan */
    double whole = MULTIPLY_ADD(in, 1.4426950408889634, TO_WHOLE), n = whole - TO_WHOLE;
    int64_t half = bits(MULTIPLY_ADD(n, 0.5, TO_WHOLE));
    return (1.0 + series(reduced(in, n))) * power_of_two(half) * power_of_two(bits(whole) - half);
}
typedef struct { double exp, less_one, inverse; } decay; /* exp(-|x|), that less 1, and 1 / (1 + exp(-2|x|)) */
INLINE decay decay_at(double x) {
    double size = fabs(x), in = size > 708.0 ? -708.0 : -size; /* further out even tanh' is 0 */
    double whole = MULTIPLY_ADD(in, 1.4426950408889634, TO_WHOLE), n = whole - TO_WHOLE;
    double r = series(reduced(in, n)), scale = power_of_two(bits(whole)), power = MULTIPLY_ADD(scale, r, scale);
    return (decay){power, MULTIPLY_ADD(scale, r, scale - 1.0), 1.0 / MULTIPLY_ADD(power, power, 1.0)};
}
INLINE double fast_tanh(double x) { /* -(exp(-2|x|) - 1) / (1 + exp(-2|x|)) */
    decay d = decay_at(x);
    return copysign(MULTIPLY_ADD(d.less_one, d.less_one, 2.0 * d.less_one) * d.inverse, x);
}
INLINE double fast_sech(double x) {
    decay d = decay_at(x);
    return 2.0 * d.exp * d.inverse;
}

