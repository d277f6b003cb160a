{# Pieces that the three loops share. `state`, `pre`, `post`, `constants`, `varying` come from DenseGenerator. #}

{% macro buffers(layout, pre, post, varying, real, steps, together=1, lanes=16) %}
    typedef {{real}} _real;
    const int _n_pre = {{layout.n_pre}}, _n_post = {{layout.n_post}};  // rows and columns of one copy
    const int _copies = {{layout.copies}};  // copies of the neurons that share the synapses
    const int _lanes = {{lanes}};  // columns that are computed together
    // What the synapses read from neurons, as it was at every moment (copy of a step) that waits for the loop.
    const int _stride = (_n_post + _lanes - 1) / _lanes * _lanes;  // so that vectors do not straddle lines of the cache
    {% for v in pre %}
    {{v.type}} _rows_{{v.name}}[({{steps}} * _copies + {{together - 1}}) * _n_pre];
    {% endfor %}
    {% for v in post %}
    alignas(64) {{v.type}} _columns_{{v.name}}[({{steps}} * _copies + {{together - 1}}) * _stride + 4 * _lanes];
    {% endfor %}
    {% for v in varying %}
    {{v.type}} _steps_{{v.name}}[{{steps}}];
    {% endfor %}
{% endmacro %}

{% macro collect(layout, pre, post, varying, step) %}
    {% for v in pre %}
    std::copy_n({{v.array}} + {{layout.source_start}}, _copies * _n_pre, &_rows_{{v.name}}[{{step}} * _copies * _n_pre]);
    {% endfor %}
    {% for v in post %}
    for (int _copy = 0; _copy < _copies; _copy++)
        std::copy_n({{v.array}} + {{layout.target_start}} + _copy * _n_post, _n_post,
                    &_columns_{{v.name}}[({{step}} * _copies + _copy) * _stride]);
    {% endfor %}
    {% for v in varying %}
    _steps_{{v.name}}[{{step}}] = {{v.name}};
    {% endfor %}
{% endmacro %}

{% macro parameters(state, pre, post, constants, varying) -%}
{% for v in state %}, {% if not v.stored %}const {% endif %}{{v.type}}* __restrict _of_{{v.name}}{% endfor %}
{% for v in pre %}, const {{v.type}}* __restrict _rows_{{v.name}}{% endfor %}
{% for v in post %}, const {{v.type}}* __restrict _columns_{{v.name}}{% endfor %}
{% for v in varying %}, const {{v.type}}* __restrict _steps_{{v.name}}{% endfor %}
{% for v in constants %}, const {{v.type}} {{v.name}}{% endfor %}
{%- endmacro %}

{% macro passed_on(state, pre, post, constants, varying) -%}
{% for v in state %}, _of_{{v.name}}{% endfor %}
{% for v in pre %}, _rows_{{v.name}}{% endfor %}
{% for v in post %}, _columns_{{v.name}}{% endfor %}
{% for v in varying %}, _steps_{{v.name}}{% endfor %}
{% for v in constants %}, {{v.name}}{% endfor %}
{%- endmacro %}

{% macro arguments(state, pre, post, constants, varying) -%}
{% for v in state %}, {{v.array}}{% endfor %}
{% for v in pre %}, _rows_{{v.name}}{% endfor %}
{% for v in post %}, _columns_{{v.name}}{% endfor %}
{% for v in varying %}, _steps_{{v.name}}{% endfor %}
{% for v in constants %}, {{v.name}}{% endfor %}
{%- endmacro %}

{% macro targets(fused=False) %}
#include <algorithm>
#ifdef _OPENMP
#include <omp.h>
#endif
{% if fused %}
// One version of the loop per generation of processors, chosen when the program starts. Those that can fuse a product
// with a sum, and round once; the others round twice.
#pragma GCC optimize("fp-contract=fast")
{% else %}
// One version of the loop per generation of processors, chosen when the program starts. Products and sums are never
// fused, so that all versions, and Brian2's own loop, round alike.
#pragma GCC optimize("fp-contract=off")
{% endif %}
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && __GNUC__ >= 12
#define DENSE_VERSIONS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DENSE_VERSIONS
#endif
#define DENSE_INLINE static inline __attribute__((always_inline))
{% endmacro %}

{% macro bands() %}
#ifdef _OPENMP
    const int _bands = omp_get_max_threads();
#else
    const int _bands = 1;
#endif
    #pragma omp parallel for schedule(static) if (_bands > 1)
{% endmacro %}
