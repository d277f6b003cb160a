{# A summed variable: sums over the rows of a matrix, one for every column. What is summed over the columns of the
   synapses is a sum over the rows of the transposed matrix, so `_rows` and `_columns` are exchanged for it. #}
{% extends 'common_group.cpp' %}
{% import 'dense_parts.cpp' as _parts %}
{% set _transposed = into == 'pre' %}
{% set _rows, _columns = (post, pre) if _transposed else (pre, post) %}
{% set _matrix = {
    'n_pre': layout.n_post if _transposed else layout.n_pre,
    'n_post': layout.n_pre if _transposed else layout.n_post,
    'source_start': layout.target_start if _transposed else layout.source_start,
    'target_start': layout.source_start if _transposed else layout.target_start,
    'copies': layout.copies,
    'self_connections': layout.self_connections,
} %}
{% set _together = [layout.copies, 4]|min %}

{% block extra_headers %}
{{ _parts.targets() }}
{% if real == c_data_type(_target_var.dtype) == 'float' %}
// A copy between sums and their target is not worth a call: an array that is handed to one is not kept in registers.
#pragma GCC optimize("no-tree-loop-distribute-patterns")
{% endif %}
namespace {
{{ _parts.buffers(_matrix, _rows, _columns, varying, real, 1, _together) }}
    const int _width = {{'_lanes' if layout.copies > 1 or _transposed else '4 * _lanes'}};  // columns and
    const int _together = {{_together}};  // copies whose sums stay in registers
    const int _height = 64;  // rows that are added up at a time
    typedef {{c_data_type(_target_var.dtype)}} _sum;
}
{% endblock %}

{% block maincode %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
{{ _parts.collect(_matrix, _rows, _columns, varying, "0") }}
    void {{codeobj_name}}_bands(_sum* {{ _parts.parameters(state, _rows, _columns, constants, varying) }});
    {{codeobj_name}}_bands({{get_array_name(_target_var)}} + {{_target_start}}
        {{ _parts.arguments(state, _rows, _columns, constants, varying) }});
{% endblock %}

{% block extra_functions_cpp %}
namespace {
// Add rows to the sums of `_n` columns in `_many` copies, row after row: the same additions as in Brian2's own loop.
// All lanes and copies are computed, and those that exist are kept. Every copy has sums of its own name, because the
// compiler keeps an array in registers only if nothing but the loop over lanes selects its elements.
DENSE_INLINE void _add_rows(const int _row, const int _rows, const int _first, const int _n, const int _copy,
    const int _many, const size_t _apart, _sum* __restrict _target
    {{ _parts.parameters(state, _rows, _columns, constants, varying) }})
{
    {% for k in range(_together) %}
    _real _sum_{{k}}[_width];
    for (int _lane = 0; _lane < _width; _lane++) _sum_{{k}}[_lane] = 0;
    if (_row > 0 && {{k}} < _many)
        for (int _lane = 0; _lane < _n; _lane++)
            _sum_{{k}}[_lane] = _target[(_copy + {{k}}) * _n_post + _first + _lane];
    {% endfor %}
    {% for v in varying %}
    const {{v.type}} {{v.name}} = _steps_{{v.name}}[0];
    {% endfor %}
    for (int _next = 0; _next < _rows; _next++) {
        {% for v in state %}
        const {{v.type}}* __restrict _at_{{v.name}} = _of_{{v.name}} + _next * _apart;
        {% endfor %}
        {% for k in range(_together) %}
        {% for v in _rows %}
        const {{v.type}} _{{v.name}}_{{k}} = _rows_{{v.name}}[(_copy + {{k}}) * _n_pre + _row + _next];
        {% endfor %}
        {% endfor %}
        #pragma GCC ivdep
        for (int _lane = 0; _lane < _width; _lane++) {
            {% if uses_i %}
            const int i = {{'_first + _lane' if _transposed else '_row + _next'}};
            {% endif %}
            {% if uses_j %}
            const int j = {{'_row + _next' if _transposed else '_first + _lane'}};
            {% endif %}
            {% for v in state %}
            const {{v.type}} {{v.name}} = _at_{{v.name}}[_lane];
            {% endfor %}
            {% for k in range(_together) %}
            {
                {% for v in _rows %}
                const {{v.type}} {{v.name}} = _{{v.name}}_{{k}};
                {% endfor %}
                {% for v in _columns %}
                const {{v.type}} {{v.name}} = _columns_{{v.name}}[(_copy + {{k}}) * _stride + _first + _lane];
                {% endfor %}
                {{vector_code|autoindent}}
                {% if layout.self_connections %}
                _sum_{{k}}[_lane] += _synaptic_var;
                {% else %}
                _sum_{{k}}[_lane] += _first + _lane == _row + _next ? 0 : _synaptic_var;
                {% endif %}
            }
            {% endfor %}
        }
    }
    {% for k in range(_together) %}
    if ({{k}} < _many)
        for (int _lane = 0; _lane < _n; _lane++)
            _target[(_copy + {{k}}) * _n_post + _first + _lane] = _sum_{{k}}[_lane];
    {% endfor %}
}

DENSE_VERSIONS void _band_of_sums(const int _begin, const int _end, _sum* __restrict _target
    {{ _parts.parameters(state, _rows, _columns, constants, varying) }})
{
    {% for v in state %}
    alignas(64) {{v.type}} _tile_{{v.name}}[_height * _width] = {};  // rows that do not fill the lanes as they are
    {% endfor %}
    for (int _row = 0; _row < _n_pre; _row += _height)
        for (int _first = _begin * _width; _first < std::min(_end * _width, _n_post); _first += _width) {
            const int _rows = std::min(_height, _n_pre - _row), _n = std::min(_width, _n_post - _first);
            {% if _transposed %}
            const bool _as_they_are = false;
            const size_t _apart = _width, _synapse = 0;
            {% elif layout.self_connections %}
            const bool _as_they_are = _n == _width;
            const size_t _apart = _as_they_are ? _n_post : _width, _synapse = size_t(_row) * _n_post + _first;
            {% else %}
            // No synapse from a neuron onto itself: the columns behind it are one place nearer.
            const bool _as_they_are = _n == _width && (_first + _n <= _row || _row + _rows <= _first);
            const size_t _apart = _as_they_are ? _n_post - 1 : _width;
            const size_t _synapse = size_t(_row) * (_n_post - 1) + _first - (_first > _row);
            {% endif %}
            {% if state %}
            if (!_as_they_are)
                for (int _next = 0; _next < _rows; _next++)
                    for (int _lane = 0; _lane < _n; _lane++) {
                        const size_t _pre = {{'_first + _lane' if _transposed else '_row + _next'}};
                        const size_t _post = {{'_row + _next' if _transposed else '_first + _lane'}};
                        {% if layout.self_connections %}
                        const size_t _idx = _pre * {{layout.n_post}} + _post;
                        {% else %}
                        if (_pre == _post) continue;
                        const size_t _idx = _pre * {{layout.n_post - 1}} + _post - (_post > _pre);
                        {% endif %}
                        {% for v in state %}
                        _tile_{{v.name}}[_next * _width + _lane] = _of_{{v.name}}[_idx];
                        {% endfor %}
                    }
            {% for v in state %}
            const {{v.type}}* _part_{{v.name}} = _as_they_are ? _of_{{v.name}} + _synapse : _tile_{{v.name}};
            {% endfor %}
            {% endif %}
            for (int _copy = 0; _copy < _copies; _copy += _together)
                _add_rows(_row, _rows, _first, _n, _copy, std::min(_together, _copies - _copy), _apart, _target
                    {% for v in state %}, _part_{{v.name}}{% endfor %}
                    {{ _parts.passed_on([], _rows, _columns, constants, varying) }});
        }
}
}

void {{codeobj_name}}_bands(_sum* _target {{ _parts.parameters(state, _rows, _columns, constants, varying) }})
{
    const int _units = (_n_post + _width - 1) / _width;  // of work, for the threads
{{ _parts.bands() }}
    for (int _band = 0; _band < _bands; _band++)
        _band_of_sums(_band * _units / _bands, (_band + 1) * _units / _bands, _target
            {{ _parts.passed_on(state, _rows, _columns, constants, varying) }});
}
{% endblock %}
