{# A summed variable: the sum over the rows of every column, or over the columns of every row. #}
{% extends 'common_group.cpp' %}
{% import 'dense_parts.cpp' as _parts %}
{% set _to_columns = into == 'post' %}

{% block extra_headers %}
{{ _parts.targets() }}
namespace {
{{ _parts.buffers(layout, pre, post, varying, real, 1) }}
    const int _width = {{'_lanes' if layout.copies > 1 or not _to_columns else '4 * _lanes'}};  // columns and copies
    const int _together = {{[layout.copies, 8]|min}};  // whose sums stay in registers
    const int _rows_together = 8;
    typedef {{c_data_type(_target_var.dtype)}} _sum;
}
{% endblock %}

{% block maincode %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
{{ _parts.collect(layout, pre, post, varying, "0") }}
    void {{codeobj_name}}_bands(_sum* {{ _parts.parameters(state, pre, post, constants, varying) }});
    {{codeobj_name}}_bands({{get_array_name(_target_var)}} + {{_target_start}}
        {{ _parts.arguments(state, pre, post, constants, varying) }});
{% endblock %}

{% block extra_functions_cpp %}
namespace {
// Add what `_n` columns of a row, from `_first` on, contribute in copies `_copy` to `_copy + _many`.
DENSE_INLINE void _add(const int _row, const int _first, const int _n, const int _copy, const int _many,
    _sum (*_total)[_width]
    {{ _parts.parameters(state, pre, post, constants, varying) }})
{
    {% if layout.self_connections %}
    const size_t _synapse = size_t(_row) * _n_post + _first;
    {% else %}
    // No synapse from a neuron onto itself: the columns behind it are one place nearer.
    const bool _self = _first <= _row && _row < _first + _n;
    const size_t _synapse = size_t(_row) * (_n_post - 1) + _first - (_first > _row);
    {% endif %}
    {% for v in state %}
    {{v.type}} _at_{{v.name}}[_width] = {};
    {% if not layout.self_connections %}
    if (_self)
        for (int _lane = 0; _lane < _n - 1; _lane++)
            _at_{{v.name}}[_lane + (_first + _lane >= _row)] = _of_{{v.name}}[_synapse + _lane];
    else
    {% endif %}
    for (int _lane = 0; _lane < _n; _lane++) _at_{{v.name}}[_lane] = _of_{{v.name}}[_synapse + _lane];
    {% endfor %}
    {% if uses_i %}
    const int i = _row;
    {% endif %}
    {% for v in varying %}
    const {{v.type}} {{v.name}} = _steps_{{v.name}}[0];
    {% endfor %}
    for (int _k = 0; _k < _many; _k++) {
        {% if not layout.self_connections %}
        const _sum _without_self = _self ? _total[_k][_row - _first] : 0;
        {% endif %}
        {% for v in pre %}
        const {{v.type}} {{v.name}} = _rows_{{v.name}}[(_copy + _k) * _n_pre + _row];
        {% endfor %}
        #pragma GCC ivdep
        for (int _lane = 0; _lane < _n; _lane++) {
            {% if uses_j %}
            const int j = _first + _lane;
            {% endif %}
            {% for v in post %}
            const {{v.type}} {{v.name}} = _columns_{{v.name}}[(_copy + _k) * _stride + _first + _lane];
            {% endfor %}
            {% for v in state %}
            const {{v.type}} {{v.name}} = _at_{{v.name}}[_lane];
            {% endfor %}
            {{vector_code|autoindent}}
            _total[_k][_lane] += _synaptic_var;
        }
        {% if not layout.self_connections %}
        if (_self) _total[_k][_row - _first] = _without_self;
        {% endif %}
    }
}

{% set _all_arguments = "_target" ~ _parts.passed_on(state, pre, post, constants, varying) %}
{% if _to_columns %}
// Add `_rows` rows to the sums of `_n` columns, row after row: the same additions as in Brian2's own loop.
DENSE_INLINE void _add_rows(const int _row, const int _rows, const int _first, const int _n, const int _copy,
    const int _many, _sum* _target
    {{ _parts.parameters(state, pre, post, constants, varying) }})
{
    _sum _total[_together][_width];
    for (int _k = 0; _k < _many; _k++)
        for (int _lane = 0; _lane < _n; _lane++)
            _total[_k][_lane] = _row == 0 ? 0 : _target[(_copy + _k) * _n_post + _first + _lane];
    for (int _next = _row; _next < _row + _rows; _next++)
        _add(_next, _first, _n, _copy, _many, _total {{ _parts.passed_on(state, pre, post, constants, varying) }});
    for (int _k = 0; _k < _many; _k++)
        for (int _lane = 0; _lane < _n; _lane++)
            _target[(_copy + _k) * _n_post + _first + _lane] = _total[_k][_lane];
}

DENSE_VERSIONS void _band_of_sums(const int _begin, const int _end, _sum* _target
    {{ _parts.parameters(state, pre, post, constants, varying) }})
{
    for (int _row = 0; _row < _n_pre; _row += _rows_together)
        for (int _copy = 0; _copy < _copies; _copy += _together)
            for (int _first = _begin * _width; _first < std::min(_end * _width, _n_post); _first += _width) {
                const int _rows = std::min(_rows_together, _n_pre - _row);
                const int _n = std::min(_width, _n_post - _first), _many = std::min(_together, _copies - _copy);
                if (_n == _width && _many == _together) 
                    _add_rows(_row, _rows, _first, _width, _copy, _together, {{_all_arguments}});
                else
                    _add_rows(_row, _rows, _first, _n, _copy, _many, {{_all_arguments}});
            }
}
const int _units = (_n_post + _width - 1) / _width;  // of work, for the threads
{% else %}
// Sum of a row over all columns: as many partial sums as lanes, added up in the end.
DENSE_VERSIONS void _band_of_sums(const int _begin, const int _end, _sum* _target
    {{ _parts.parameters(state, pre, post, constants, varying) }})
{
    for (int _row = _begin; _row < _end; _row++)
        for (int _copy = 0; _copy < _copies; _copy += _together) {
            const int _many = std::min(_together, _copies - _copy);
            _sum _total[_together][_width] = {};
            int _first = 0;
            for (; _first + _width <= _n_post; _first += _width)
                if (_many == _together)
                    _add(_row, _first, _width, _copy, _together, _total
                        {{ _parts.passed_on(state, pre, post, constants, varying) }});
                else
                    _add(_row, _first, _width, _copy, _many, _total
                        {{ _parts.passed_on(state, pre, post, constants, varying) }});
            if (_first < _n_post)
                _add(_row, _first, _n_post - _first, _copy, _many, _total
                    {{ _parts.passed_on(state, pre, post, constants, varying) }});
            for (int _k = 0; _k < _many; _k++) {
                _sum _all = 0;
                for (int _lane = 0; _lane < _width; _lane++) _all += _total[_k][_lane];
                _target[(_copy + _k) * _n_pre + _row] = _all;
            }
        }
}
const int _units = _n_pre;
{% endif %}
}

void {{codeobj_name}}_bands(_sum* _target {{ _parts.parameters(state, pre, post, constants, varying) }})
{
{{ _parts.bands() }}
    for (int _band = 0; _band < _bands; _band++)
        _band_of_sums(_band * _units / _bands, (_band + 1) * _units / _bands, {{_all_arguments}});
}
{% endblock %}
