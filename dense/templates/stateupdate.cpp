{# Brian2's loop over neurons, for several generations of processors. #}
{# USES_VARIABLES { N } #}
{# ALLOWS_SCALAR_WRITE #}
{% extends 'common_group.cpp' %}
{% import 'dense_parts.cpp' as _parts %}
{# What all neurons read of a single one is the same in every pass of the loop, which the compiler has to be told. So it
   has in single precision, which is for speed: it compares the places of a few arrays before the loop, but not of many. #}
{% set _told = namespace(any=false) %}
{% for _name, _variable in variables.items() if _variable.array is defined and _variable.array %}
{% if variable_indices[_name] == '0' and not _variable.scalar or c_data_type(_variable.dtype) == 'float' %}
{% set _told.any = true %}
{% endif %}
{% endfor %}

{% set _draws = '_uniform(' in vector_code|string %}

{% block extra_headers %}
#include <cstring>
{{ _parts.targets() }}
DENSE_VERSIONS void _run_{{codeobj_name}}();
{% if _draws %}
namespace {
// A generator that remembers nothing: Threefry 2x32 with 20 rounds (Salmon et al. 2011). Neuron and call are its counter,
// so that neurons do not wait for each other. 24 bits, as many as numbers from 0 to 1 have in single precision.
DENSE_INLINE float _uniform(const uint64_t _key, const uint32_t _neuron, const uint32_t _call)
{
    const uint32_t _keys[3] = {uint32_t(_key), uint32_t(_key >> 32), 0x1BD11BDA ^ uint32_t(_key) ^ uint32_t(_key >> 32)};
    const int _turns[8] = {13, 15, 26, 6, 17, 29, 16, 24};
    uint32_t _a = _neuron + _keys[0], _b = _call + _keys[1];
    #pragma GCC unroll 5
    for (int _four = 0; _four < 5; _four++) {
        #pragma GCC unroll 4
        for (int _round = 0; _round < 4; _round++) {
            const int _turn = _turns[_four % 2 * 4 + _round];
            _a += _b;
            _b = (_b << _turn | _b >> (32 - _turn)) ^ _a;
        }
        _a += _keys[(_four + 1) % 3];
        _b += _keys[(_four + 2) % 3] + _four + 1;
    }
    return float(_a >> 8) * (1.0f / 16777216.0f);
}
}
{% endif %}
{% endblock %}

{% block maincode %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    const int _N = {{constant_or_scalar('N', variables['N'])}};
    {% if _draws %}
    const uint64_t _key = uint64_t(brian::_random_generators[0].rand() * 9007199254740992.0);  // other numbers in every pass
    {% endif %}
    {% if _told.any %}
    #pragma GCC ivdep
    {% endif %}
    for (int _idx = 0; _idx < _N; _idx++) {
        const size_t _vectorisation_idx = _idx;
        {{vector_code|autoindent}}
    }
{% endblock %}
