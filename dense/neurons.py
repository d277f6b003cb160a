"""Neurons whose loops use the vector units of the processor."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2 import NeuronGroup
from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.devices.device import get_device

from dense.single import SingleGenerator

# A call of the mathematical library makes a loop scalar. e^2|x| - 1 = 2^k (exp(r) - 1) + 2^k - 1, |r| <= ln(2) / 2, and
# a Taylor series for exp(r) - 1; the same operations on every processor, so that all of them round alike.
TANH = """
static inline __attribute__((always_inline)) double _tanh(const double x)
{
    const double twice = 2.0 * (std::fabs(x) > 20.0 ? 20.0 : std::fabs(x));
    const double shift = 6755399441055744.0;  // 1.5 * 2^52: what is added to it is rounded to a whole number
    const double shifted = twice * 1.4426950408889634 + shift;
    const double k = shifted - shift;
    const double r = (twice - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = (p * r + 1.0) * r;
    const double biased = k + (1023.0 + shift);  // the exponent of 2^k, in the lowest bits of the mantissa
    uint64_t bits;
    std::memcpy(&bits, &biased, sizeof(bits));
    bits <<= 52;
    double power;
    std::memcpy(&power, &bits, sizeof(power));
    const double grown = power * p + (power - 1.0);
    return std::copysign(grown / (grown + 2.0), x);
}
"""
# The same in single precision. Both have a name, and a whole number could mean either.
TANH_SINGLE = """
static inline __attribute__((always_inline)) float _tanh(const float x)
{
    const float twice = 2.0f * (std::fabs(x) > 10.0f ? 10.0f : std::fabs(x));
    const float shift = 12582912.0f;  // 1.5 * 2^23
    const float shifted = twice * 1.44269504f + shift;
    const float k = shifted - shift;
    const float r = (twice - k * 0.693359375f) + k * 2.12194440e-4f;
    float p = 1.0f / 5040.0f;
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = (p * r + 1.0f) * r;
    const float biased = k + (127.0f + shift);
    uint32_t bits;
    std::memcpy(&bits, &biased, sizeof(bits));
    bits <<= 23;
    float power;
    std::memcpy(&power, &bits, sizeof(power));
    const float grown = power * p + (power - 1.0f);
    return std::copysign(grown / (grown + 2.0f), x);
}
static inline double _tanh(const int64_t x) { return _tanh(double(x)); }
static inline double _tanh(const int32_t x) { return _tanh(double(x)); }
"""


class NeuronCodeObject(CPPStandaloneCodeObject):
    """C++ standalone code whose loop over neurons comes from this folder."""

    templater = CPPStandaloneCodeObject.templater.derive("dense")
    generator_class = CPPCodeGenerator


class SingleCodeObject(NeuronCodeObject):
    """The same in single precision."""

    generator_class = SingleGenerator


DEFAULT_FUNCTIONS["tanh"].implementations.add_implementation(NeuronCodeObject, code=TANH, name="_tanh")
DEFAULT_FUNCTIONS["tanh"].implementations.add_implementation(SingleCodeObject, code=TANH + TANH_SINGLE, name="_tanh")


class VectorGroup(NeuronGroup):
    """Neurons as `brian2.NeuronGroup` has them, with a faster loop on C++ standalone.

    The loop exists for several generations of processors, and the best one is chosen when the program starts. Results
    are equal to the bit to those of `NeuronGroup`, except those of ``tanh``, which is computed without the mathematical
    library (within 3 units in the last place, the same on all processors). On other devices this is a `NeuronGroup`.

    Parameters
    ----------
    *args, **kwargs
        As for `brian2.NeuronGroup`.
    dtype : type or dict, optional
        As there, of variables, or of each variable by name. If any is ``numpy.float32``, the arithmetic of the loop is
        in single precision, but for what has to do with time, or with a variable in double precision; and ``rand()`` in
        steps and equations draws other numbers than Brian2 with the same seed, from a generator that vectorises.
    """

    def __init__(self, *args: Any, dtype: Any = None, **kwargs: Any) -> None:
        if type(get_device()) is CPPStandaloneDevice:
            given = dtype.values() if isinstance(dtype, Mapping) else [dtype]
            single = any(one is not None and np.dtype(one) == np.float32 for one in given)
            kwargs["codeobj_class"] = SingleCodeObject if single else NeuronCodeObject
        super().__init__(*args, dtype=dtype, **kwargs)
