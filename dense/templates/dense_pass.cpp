{# Statements of every synapse. They read values of neurons, so they may wait for `steps` steps and then run at once. #}
{% extends 'common_group.cpp' %}
{% import 'dense_parts.cpp' as _parts %}
{# Columns that are computed together. A lone sum needs more of them: additions to it wait for each other. #}
{% set _lanes = 64 if state|length == 1 else 16 %}
{# What every copy has of its own comes copy after copy, as it lies in memory. #}
{% set _own = state|selectattr('own')|list %}
{% set _by_copy = pre or post or _own %}
{% set _together = rows if layout.self_connections and not _own else 1 %}

{% block extra_headers %}
{{ _parts.targets(fused) }}
// {{plan}}
{% for other in flushes %}
void {{other}}() __attribute__((weak));  // exists if those statements wait
{% endfor %}
namespace {
{{ _parts.buffers(layout, pre, post, varying, real, steps, 1, _lanes) }}
    const int _block = {{steps}};  // steps that are collected before the synapses are visited
    int _collected = 0;
}
{% endblock %}

{% block maincode %}
    {% for other in flushes %}
    if ({{other}}) {{other}}();
    {% endfor %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
{{ _parts.collect(layout, pre, post, varying, "_collected") }}
    if (++_collected == _block) {{flush}}();
{% endblock %}

{% block extra_functions_cpp %}
namespace {
// `_width` columns of a row, from `_first` on: the state of their synapses stays in registers while the moments pass.
DENSE_INLINE void _columns(const int _row, const int _first, const int _width, const size_t _synapse, const int _moments{{', const int _copy' if _own}}
    {{ _parts.parameters(state, pre, post, constants, varying) }})
{
    {% if _own %}
    const size_t _mine = _copy * size_t({{layout.n_synapses}}) + _synapse;
    {% endif %}
    {% for v in state %}
    {{v.type}} _at_{{v.name}}[_lanes] = {};
    {% if v.loaded %}
    for (int _lane = 0; _lane < _width; _lane++) _at_{{v.name}}[_lane] = _of_{{v.name}}[{{'_mine' if v.own else '_synapse'}} + _lane];
    {% endif %}
    {% endfor %}
    {% if uses_i %}
    const int i = _row;
    {% endif %}
    {% if _own %}
    for (int _moment = _copy; _moment < _moments; _moment += _copies) {
    {% else %}
    for (int _moment = 0; _moment < _moments; _moment++) {
    {% endif %}
        {% for v in varying %}
        const {{v.type}} {{v.name}} = _steps_{{v.name}}[_moment{% if _by_copy %} / _copies{% endif %}];
        {% endfor %}
        {% for v in pre %}
        const {{v.type}} {{v.name}} = _rows_{{v.name}}[_moment * _n_pre + _row];
        {% endfor %}
        #pragma GCC ivdep
        for (int _lane = 0; _lane < _lanes; _lane++) {
            {% if uses_j %}
            const int j = _first + _lane;
            {% endif %}
            {% for v in post %}
            const {{v.type}} {{v.name}} = _columns_{{v.name}}[_moment * _stride + _first + _lane];
            {% endfor %}
            {% for v in state %}
            {{v.type}} {{v.name}} = _at_{{v.name}}[_lane];
            {% endfor %}
            {{vector_code|autoindent}}
            {% for v in state %}
            {% if v.stored %}
            _at_{{v.name}}[_lane] = {{v.name}};
            {% endif %}
            {% endfor %}
        }
    }
    {% for v in state %}
    {% if v.stored %}
    for (int _lane = 0; _lane < _width; _lane++) _of_{{v.name}}[{{'_mine' if v.own else '_synapse'}} + _lane] = _at_{{v.name}}[_lane];
    {% endif %}
    {% endfor %}
}

{% if _together > 1 %}
// `_lanes` columns of {{_together}} rows, so that what belongs to a column is loaded once for all of them. Loops that load and
// store must not be unrolled before the compiler makes vectors, or it makes none.
DENSE_INLINE void _columns_of_rows(const int _row, const int _first, const size_t _synapse, const int _moments
    {{ _parts.parameters(state, pre, post, constants, varying) }})
{
    {% for v in state %}
    {% for k in range(_together) %}
    {{v.type}} _at{{k}}_{{v.name}}[_lanes] = {};
    {% if v.loaded %}
    #pragma GCC unroll 1
    for (int _lane = 0; _lane < _lanes; _lane++) _at{{k}}_{{v.name}}[_lane] = _of_{{v.name}}[_synapse + {{k}} * _n_post + _lane];
    {% endif %}
    {% endfor %}
    {% endfor %}
    for (int _moment = 0; _moment < _moments; _moment++) {
        {% for v in varying %}
        const {{v.type}} {{v.name}} = _steps_{{v.name}}[_moment{% if _by_copy %} / _copies{% endif %}];
        {% endfor %}
        const size_t _from = _moment * _n_pre + _row;
        #pragma GCC ivdep
        for (int _lane = 0; _lane < _lanes; _lane++) {
            {% if uses_j %}
            const int j = _first + _lane;
            {% endif %}
            {% for v in post %}
            const {{v.type}} {{v.name}} = _columns_{{v.name}}[_moment * _stride + _first + _lane];
            {% endfor %}
            {% for k in range(_together) %}
            {
                {% if uses_i %}
                const int i = _row + {{k}};
                {% endif %}
                {% for v in pre %}
                const {{v.type}} {{v.name}} = _rows_{{v.name}}[_from + {{k}}];
                {% endfor %}
                {% for v in state %}
                {{v.type}} {{v.name}} = _at{{k}}_{{v.name}}[_lane];
                {% endfor %}
                {{vector_code|autoindent}}
                {% for v in state %}
                {% if v.stored %}
                _at{{k}}_{{v.name}}[_lane] = {{v.name}};
                {% endif %}
                {% endfor %}
            }
            {% endfor %}
        }
    }
    {% for v in state %}
    {% if v.stored %}
    {% for k in range(_together) %}
    #pragma GCC unroll 1
    for (int _lane = 0; _lane < _lanes; _lane++) _of_{{v.name}}[_synapse + {{k}} * _n_post + _lane] = _at{{k}}_{{v.name}}[_lane];
    {% endfor %}
    {% endif %}
    {% endfor %}
}

{% endif %}
DENSE_INLINE void _part_of_row(const int _row, int _first, const int _last, const size_t _synapse, const int _moments{{', const int _copy' if _own}}
    {{ _parts.parameters(state, pre, post, constants, varying) }})
{
    for (; _first + _lanes <= _last; _first += _lanes)
        _columns(_row, _first, _lanes, _synapse + _first, _moments{{', _copy' if _own}}
            {{ _parts.passed_on(state, pre, post, constants, varying) }});
    if (_first < _last)
        _columns(_row, _first, _last - _first, _synapse + _first, _moments{{', _copy' if _own}}
            {{ _parts.passed_on(state, pre, post, constants, varying) }});
}

DENSE_VERSIONS void _rows(const int _begin, const int _end, const int _moments
    {{ _parts.parameters(state, pre, post, constants, varying) }})
{
    const int _tile = {{[cache // (steps * (1 if _own else layout.copies) * [post|length, 1]|max * _lanes), 1]|max}} * _lanes;  // columns whose collected values stay in the first-level cache
    {% if _own %}
    for (int _copy = 0; _copy < _copies; _copy++)
    {% endif %}
    for (int _first = 0; _first < _n_post; _first += _tile) {
        const int _last = std::min(_first + _tile, _n_post);
        {% if _together > 1 %}
        for (int _top = _begin; _top < _end; _top += {{_together}}) {
            const int _bottom = std::min(_top + {{_together}}, _end);
            int _edge = _first;  // columns from here on, and rows that are too few, are not computed together
            if (_bottom == _top + {{_together}})
                for (; _edge + _lanes <= _last; _edge += _lanes)
                    _columns_of_rows(_top, _edge, size_t(_top) * _n_post + _edge, _moments
                        {{ _parts.passed_on(state, pre, post, constants, varying) }});
            for (int _row = _top; _row < _bottom; _row++)
                _part_of_row(_row, _edge, _last, size_t(_row) * _n_post, _moments
                    {{ _parts.passed_on(state, pre, post, constants, varying) }});
        }
        {% else %}
        for (int _row = _begin; _row < _end; _row++) {
            {% if layout.self_connections %}
            _part_of_row(_row, _first, _last, size_t(_row) * _n_post, _moments{{', _copy' if _own}}
                {{ _parts.passed_on(state, pre, post, constants, varying) }});
            {% else %}
            // No synapse from a neuron onto itself: the columns behind it are one place nearer.
            const size_t _synapse = size_t(_row) * (_n_post - 1);
            _part_of_row(_row, _first, std::min(_last, _row), _synapse, _moments{{', _copy' if _own}}
                {{ _parts.passed_on(state, pre, post, constants, varying) }});
            _part_of_row(_row, std::max(_first, _row + 1), _last, _synapse - 1, _moments{{', _copy' if _own}}
                {{ _parts.passed_on(state, pre, post, constants, varying) }});
            {% endif %}
        }
        {% endif %}
    }
}
}

// Run the statements for all steps that were collected.
void {{flush}}()
{
    using namespace brian;
    if (_collected == 0) return;
    ///// CONSTANTS ///////////
    %CONSTANTS%
    ///// POINTERS ////////////
    {{pointers_lines|autoindent}}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    const int _moments = _collected{% if _by_copy %} * _copies{% endif %};
    _collected = 0;
{{ _parts.bands() }}
    for (int _band = 0; _band < _bands; _band++)
        _rows(_band * _n_pre / _bands, (_band + 1) * _n_pre / _bands, _moments
            {{ _parts.arguments(state, pre, post, constants, varying) }});
}
{% for name, unread in partial_flushes %}
void {{name}}() { {{flush}}(); }
{% endfor %}
{% endblock %}

{% block extra_functions_h %}
void {{flush}}();
{% for name, unread in partial_flushes %}
void {{name}}();
{% endfor %}
{% endblock %}
