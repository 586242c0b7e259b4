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
INLINE double series(double r) { /* exp(r) - 1 for |r| <= 0.35; in pairs, so that a term need not wait for all later ones */
    double r2 = r * r, r4 = r2 * r2;
    double from_2 = MULTIPLY_ADD(MULTIPLY_ADD(1.0 / 120.0, r, 1.0 / 24.0), r2, MULTIPLY_ADD(1.0 / 6.0, r, 0.5));
    double from_6 = MULTIPLY_ADD(MULTIPLY_ADD(1.0 / 362880.0, r, 1.0 / 40320.0), r2, MULTIPLY_ADD(1.0 / 5040.0, r, 1.0 / 720.0));
    double from_10 = MULTIPLY_ADD(MULTIPLY_ADD(1.0 / 6227020800.0, r, 1.0 / 479001600.0), r2,
                                  MULTIPLY_ADD(1.0 / 39916800.0, r, 1.0 / 3628800.0));
    return MULTIPLY_ADD(r2, MULTIPLY_ADD(MULTIPLY_ADD(from_10, r4, from_6), r4, from_2), r);
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
INLINE double log_series(double f, double k, double rest) { /* log(1 + f) + k log 2 + rest, for |f| < 0.42, as in fdlibm */
    double half = 0.5 * f * f, s = f / (2.0 + f), z = s * s, w = z * z;
    double even = w * MULTIPLY_ADD(w, MULTIPLY_ADD(w, 1.531383769920937332e-01, 2.222219843214978396e-01), 3.999999999940941908e-01);
    double odd = MULTIPLY_ADD(w, MULTIPLY_ADD(w, 1.479819860511658591e-01, 1.818357216161805012e-01), 2.857142874366239149e-01);
    double sum = even + z * MULTIPLY_ADD(w, odd, 6.666666666666735130e-01);
    return s * (half + sum) + (k * 1.90821492927058770002e-10 + rest) - half + f + k * 6.93147180369123816490e-01;
}
#define BELOW_ONE 0x3fe6a09e00000000 /* the bits of about sqrt(1/2) */
typedef struct { double exponent, less_one; } parts_of; /* x = 2^exponent (1 + less_one), for x > 0 */
INLINE parts_of split(double x) {
    uint64_t shifted = (uint64_t)bits(x) + (0x3ff0000000000000 - BELOW_ONE);
    uint64_t exponent = (shifted >> 52) | 0x4330000000000000, mantissa = (shifted & 0x000fffffffffffff) + BELOW_ONE;
    double e, m;
    memcpy(&e, &exponent, 8);
    memcpy(&m, &mantissa, 8);
    return (parts_of){e - 4503599627371519.0, m - 1.0}; /* 2^52 + 1023 */
}
INLINE double at_the_ends(double log, double x, double lowest) { /* inf and nan stay; -inf at the lowest x, nan below it */
    double inside = x < INFINITY ? log : x;
    return x > lowest ? inside : x == lowest ? -INFINITY : x != x ? x : NAN;
}
INLINE double fast_log(double x) {
    int subnormal = x < 2.2250738585072014e-308;
    parts_of of = split(subnormal ? x * 18014398509481984.0 : x); /* 2^54 */
    return at_the_ends(log_series(of.less_one, subnormal ? of.exponent - 54.0 : of.exponent, 0.0), x, 0.0);
}
INLINE double fast_log1p(double x) {
    double sum = 1.0 + x, lost = (sum > 2.0 ? 1.0 - (sum - x) : x - (sum - 1.0)) / sum;
    parts_of of = split(sum);
    int small = of.exponent == 0.0;
    return at_the_ends(log_series(small ? x : of.less_one, of.exponent, small ? 0.0 : lost), x, -1.0);
}
