{# Statements of every synapse that wait, as matrix products (see products.py): rows times columns, summed over steps. #}
{% extends 'common_group.cpp' %}
{% import 'dense_parts.cpp' as _parts %}
{% set _together = 8 %}
{% set _lanes = 32 if real == 'float' else 16 %}
{% set _own = products|selectattr('of.own')|list %}

{% block extra_headers %}
{{ _parts.targets(fused) }}
// Whether there are registers for twice as many sums.
#if defined(__x86_64__) && defined(__GNUC__)
#define DENSE_WIDE __builtin_cpu_supports("avx512f")
#else
#define DENSE_WIDE false
#endif
// {{plan}}
{% for other in flushes %}
void {{other}}() __attribute__((weak));  // exists if those statements wait
{% endfor %}
namespace {
{{ _parts.buffers(layout, [], post, varying, real, steps, 1, _lanes) }}
    const int _block = {{steps}};  // steps that are collected before the synapses are visited
    int _collected = 0;
    const int _together = {{_together}};  // rows that are computed together
    const int _groups = (_n_pre + _together - 1) / _together;
    // Columns that are computed together: all steps behind each other. Not at multiples of pages, which would share few
    // places of the cache.
    const size_t _of_columns = _block * _copies * _lanes + 64;
    {% for code in row_codes %}
    alignas(64) _real _rows_{{loop.index0}}[_block * _copies * _n_pre + _together];
    {% endfor %}
    {% for product in products %}
    {% for k, code in product.rows %}
    alignas(64) _real _factors_{{product.of.name}}_{{k}}[_stride / _lanes * _of_columns];
    {% endfor %}
    {% for n in product.behind %}
    alignas(64) _real _kept_{{product.of.name}}_{{n}}[_copies * _stride];
    {% endfor %}
    {% endfor %}
}
{% endblock %}

{% block maincode %}
    {% for other in flushes %}
    if ({{other}}) {{other}}();
    {% endfor %}
    {% if steps > 1 %}
    // Only when another step needs the place: what comes before that may ask for less than everything.
    if (_collected == _block) {{flush}}();
    {% endif %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
{{ _parts.collect(layout, [], post, varying, "_collected") }}
    #pragma GCC ivdep
    for (int _row = 0; _row < _copies * _n_pre; _row++) {
        {% for v in pre %}
        const {{v.type}} {{v.name}} = {{v.array}}[{{layout.source_start}} + _row];
        {% endfor %}
        {% for code in row_codes %}
        _rows_{{loop.index0}}[_collected * _copies * _n_pre + _row] = {{code}};
        {% endfor %}
    }
    _collected++;
    {% if steps == 1 %}
    {{flush}}();
    {% endif %}
{% endblock %}

{% macro _column_parameters() -%}
{% for v in post %}, const {{v.type}}* __restrict _columns_{{v.name}}{% endfor %}
{% for v in varying %}, const {{v.type}}* __restrict _steps_{{v.name}}{% endfor %}
{% for v in constants %}, const {{v.type}} {{v.name}}{% endfor %}
{%- endmacro %}

{# What waits, without the numbers that nobody will look at. #}
{% macro _waiting(name, unread) %}
{% set _needed = products|rejectattr('of.name', 'in', unread)|list %}
{% set _carried = [] %}
{% set _before = [] %}
{% for product in _needed if product.behind|length > 1 or not product.whole %}
{% if _carried.append(product) %}{% endif %}
{% for n in product.behind if n not in _before %}{% if _before.append(n) %}{% endif %}{% endfor %}
{% endfor %}
namespace {
{% if _carried %}
// What was there before the steps that waited.
DENSE_VERSIONS void _carry{{name}}(const int _begin, const int _end{{', const int _copy' if _own}}
    {% for v in state if v.name in _before %}, _real* __restrict _of_{{v.name}}{% endfor %})
{
    for (int _row = _begin; _row < _end; _row++) {
        const size_t _synapse = size_t(_row) * _n_post;
        {% if _own %}
        const size_t _mine = _copy * size_t({{layout.n_synapses}}) + _synapse;
        {% endif %}
        #pragma GCC ivdep
        for (int _column = 0; _column < _n_post; _column++) {
            {% for v in state if v.name in _before %}
            const _real _before_{{v.name}} = _of_{{v.name}}[{{'_mine' if v.own else '_synapse'}} + _column];
            {% endfor %}
            {% for product in _carried %}
            {% set v = product.of %}
            _of_{{v.name}}[{{'_mine' if v.own else '_synapse'}} + _column] =
                {% for n in product.behind %}{{' + ' if not loop.first}}{% if product.whole and loop.first %}_before_{{n}}{% else %}_kept_{{v.name}}_{{n}}[{{'_copy * _stride + ' if _own}}_column] * _before_{{n}}{% endif %}{% endfor %};
            {% endfor %}
        }
    }
}
{% endif %}
}

void {{name}}()
{
    using namespace brian;
    if (_collected == 0) return;
    ///// CONSTANTS ///////////
    %CONSTANTS%
    ///// POINTERS ////////////
    {{pointers_lines|autoindent}}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    {% for product in _needed %}
    _backwards_{{product.of.name}}(_collected
        {%- for v in post %}, _columns_{{v.name}}{% endfor %}
        {%- for v in varying %}, _steps_{{v.name}}{% endfor %}
        {%- for v in constants %}, {{v.name}}{% endfor %});
    {% endfor %}
{{ _parts.bands() }}
    for (int _band = 0; _band < _bands; _band++) {
        const int _begin = _band * _groups / _bands, _end = (_band + 1) * _groups / _bands;
        {% if _own %}
        for (int _copy = 0; _copy < _copies; _copy++) {
        {% endif %}
            {% if _carried %}
            _carry{{name}}(_begin * _together, std::min(_end * _together, _n_pre){{', _copy' if _own}}
                {%- for v in state if v.name in _before %}, {{v.array}}{% endfor %});
            {% endif %}
            {% for product in _needed if product.of.own %}
            {% for k, code in product.rows %}
            _sums({{product.of.array}} + _copy * size_t({{layout.n_synapses}}), _rows_{{k}} + _copy * _n_pre, _factors_{{product.of.name}}_{{k}} + _copy * _lanes, _collected, _copies, _begin, _end);
            {% endfor %}
            {% endfor %}
        {% if _own %}
        }
        {% endif %}
        {% for product in _needed if not product.of.own %}
        {% for k, code in product.rows %}
        _sums({{product.of.array}}, _rows_{{k}}, _factors_{{product.of.name}}_{{k}}, _collected * _copies, 1, _begin, _end);
        {% endfor %}
        {% endfor %}
    }
    _collected = 0;
}
{% endmacro %}

{% block extra_functions_cpp %}
namespace {
{% for product in products %}
// Backwards through the steps that wait: by how much what a row contributed in a step changes the number at the end.
DENSE_VERSIONS void _backwards_{{product.of.name}}(const int _moments
    {{ _column_parameters() }})
{
    for (int _copy = 0; _copy < _copies; _copy++)
    for (int _first = 0; _first < _n_post; _first += _lanes) {
        {% for n in product.behind %}
        _real _back_{{n}}[_lanes];
        std::fill_n(_back_{{n}}, _lanes, _real({{1 if loop.first else 0}}));
        {% endfor %}
        for (int _step = _moments - 1; _step >= 0; _step--) {
            {% for v in varying %}
            const {{v.type}} {{v.name}} = _steps_{{v.name}}[_step];
            {% endfor %}
            const size_t _here = _first / _lanes * _of_columns + (_step * _copies + _copy) * _lanes;
            #pragma GCC ivdep
            #pragma GCC unroll 1
            for (int _lane = 0; _lane < _lanes; _lane++) {
                {% for v in post %}
                const {{v.type}} {{v.name}} = _columns_{{v.name}}[(_step * _copies + _copy) * _stride + _first + _lane];
                {% endfor %}
                {% for n in product.behind %}
                const _real _adjoint_{{n}} = _back_{{n}}[_lane];
                {% endfor %}
                {{column_code|autoindent}}
                {% for k, code in product.rows %}
                _factors_{{product.of.name}}_{{k}}[_here + _lane] = {{code}};
                {% endfor %}
                {% for n, code in product.back %}
                _back_{{n}}[_lane] = {{code}};
                {% endfor %}
            }
        }
        {% for n in product.behind %}
        std::copy_n(_back_{{n}}, _lanes, &_kept_{{product.of.name}}_{{n}}[_copy * _stride + _first]);
        {% endfor %}
    }
}
{% endfor %}

// A few rows and columns: their sums stay in registers while moments pass (copies of steps; of one copy, or all).
template <int _columns>
DENSE_INLINE void _sum(_real* __restrict _of, const _real* __restrict _r, const _real* __restrict _f, const int _moments, const int _every, const int _height, const int _width)
{
    _real _at[_together][_columns] = {};
    for (int k = 0; k < _height; k++)
        #pragma GCC unroll 1
        for (int _lane = 0; _lane < _width; _lane++) _at[k][_lane] = _of[size_t(k) * _n_post + _lane];
    for (int _moment = 0; _moment < _moments; _moment++)
        for (int k = 0; k < _together; k++)
            #pragma GCC unroll 1
            for (int _lane = 0; _lane < _columns; _lane++)
                _at[k][_lane] += _r[_moment * _every * _n_pre + k] * _f[_moment * _every * _lanes + _lane];
    for (int k = 0; k < _height; k++)
        #pragma GCC unroll 1
        for (int _lane = 0; _lane < _width; _lane++) _of[size_t(k) * _n_post + _lane] = _at[k][_lane];
}

template <int _columns>
DENSE_INLINE void _sums_of(_real* __restrict _of, const _real* __restrict _r, const _real* __restrict _f, const int _moments, const int _every, const int _begin, const int _end)
{
    const int _few = 128;  // moments whose values stay in the first-level cache
    for (int _from = 0; _from < _moments; _from += _few) {
        const int _now = std::min(_few, _moments - _from);
        for (int _first = 0; _first < _n_post; _first += _columns) {
            const _real* _fs = _f + _first / _lanes * _of_columns + _from * _every * _lanes + _first % _lanes;
            const int _width = std::min(_columns, _n_post - _first);
            for (int _group = _begin; _group < _end; _group++) {
                const int _top = _group * _together, _height = std::min(_together, _n_pre - _top);
                _real* _at = _of + size_t(_top) * _n_post + _first;
                const _real* _rs = _r + _from * _every * _n_pre + _top;
                if (_height == _together && _width == _columns)
                    _sum<_columns>(_at, _rs, _fs, _now, _every, _together, _columns);
                else
                    _sum<_columns>(_at, _rs, _fs, _now, _every, _height, _width);
            }
        }
    }
}

DENSE_VERSIONS void _sums(_real* __restrict _of, const _real* __restrict _r, const _real* __restrict _f, const int _moments, const int _every, const int _begin, const int _end)
{
    if (DENSE_WIDE)
        _sums_of<_lanes>(_of, _r, _f, _moments, _every, _begin, _end);
    else
        _sums_of<_lanes / 2>(_of, _r, _f, _moments, _every, _begin, _end);
}
}

{{ _waiting(flush, []) }}
{% for name, unread in partial_flushes %}
{{ _waiting(name, unread) }}
{% endfor %}
{% endblock %}

{% block extra_functions_h %}
void {{flush}}();
{% for name, unread in partial_flushes %}
void {{name}}();
{% endfor %}
{% endblock %}
