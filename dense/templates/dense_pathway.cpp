{# What a spike does: the row of a presynaptic neuron, or the column of a postsynaptic one, without a queue. #}
{% extends 'common_group.cpp' %}
{% import 'dense_parts.cpp' as _parts %}
{# Rows that are added together, so that what belongs to a column is loaded and stored once for all of them. #}
{% set _together = rows if prepost == 'pre' and layout.self_connections and not pre|selectattr('stored')|list else 1 %}

{% block extra_headers %}
{{ _parts.targets() }}
{% for other in flushes %}
void {{other}}() __attribute__((weak));  // exists if those statements wait
{% endfor %}
{% if _together > 1 %}
DENSE_VERSIONS void _run_{{codeobj_name}}();
{% endif %}
{% endblock %}

{% block maincode %}
    {% set spikes = get_array_name(events) %}
    {% set by_row = prepost == 'pre' %}
    {% set n_from = layout.n_pre if by_row else layout.n_post %}
    {% set n_to = layout.n_post if by_row else layout.n_pre %}
    {% set from_start = layout.source_start if by_row else layout.target_start %}
    const int _n_spikes = {{spikes}}[_num{{events.name}} - 1];
    if (_n_spikes == 0) return;
    {% for other in flushes %}
    if ({{other}}) {{other}}();
    {% endfor %}
    {% set delays = _dynamic_delay %}
    static bool _checked = false;
    if (!_checked) {
        for (const auto& _delay : {{delays}})
            if (_delay != 0) {
                std::cerr << "{{owner.name}}: DenseSynapses have no delays; use Synapses" << std::endl;
                std::exit(1);
            }
        _checked = true;
    }
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    for (int _spike = 0; _spike < _n_spikes; _spike++) {
        const int _neuron = {{spikes}}[_spike] - {{from_start}};
        if (_neuron < 0 || _neuron >= {{layout.copies}} * {{n_from}}) continue;  // another part of the same group
        const int _copy = _neuron / {{n_from}}, _from = _neuron % {{n_from}};
        {% if _together > 1 %}
        const int _end = _spike + {{_together}}, _first = {{from_start}} + _copy * {{n_from}};
        if (_end <= _n_spikes && {{spikes}}[_end - 1] < _first + {{n_from}}) {  // in the same copy
            {% for k in range(_together) %}
            const size_t _from_{{k}} = {{spikes}}[_spike + {{k}}] - _first;
            {% endfor %}
            #pragma GCC ivdep
            for (int _to = 0; _to < {{n_to}}; _to++) {
                const size_t _postsynaptic_idx = {{layout.target_start}} + _copy * {{layout.n_post}} + _to;
                {% if uses_j %}
                const int j = _to;
                {% endif %}
                {% for v in post %}
                {{v.type}} {{v.name}}{% if v.loaded %} = {{v.array}}[_postsynaptic_idx]{% endif %};
                {% endfor %}
                {% for k in range(_together) %}
                {
                    const size_t _presynaptic_idx = {{layout.source_start}} + _copy * {{layout.n_pre}} + _from_{{k}};
                    const size_t _idx = _from_{{k}} * {{layout.n_post}} + _to;
                    {% if uses_i %}
                    const int i = _from_{{k}};
                    {% endif %}
                    {% for v in state + pre %}
                    {{v.type}} {{v.name}}{% if v.loaded %} = {{v.array}}[{{variable_indices[v.name]}}]{% endif %};
                    {% endfor %}
                    {{vector_code|autoindent}}
                    {% for v in state if v.stored %}
                    {{v.array}}[_idx] = {{v.name}};
                    {% endfor %}
                }
                {% endfor %}
                {% for v in post if v.stored %}
                {{v.array}}[_postsynaptic_idx] = {{v.name}};
                {% endfor %}
            }
            _spike = _end - 1;
            continue;
        }
        {% endif %}
        {% if by_row and not pre|selectattr('stored')|list %}
        #pragma GCC ivdep
        {% endif %}
        for (int _to = 0; _to < {{n_to}}; _to++) {
            {% if not layout.self_connections %}
            if (_to == _from) continue;
            {% endif %}
            {% set row, column = ('_from', '_to') if by_row else ('_to', '_from') %}
            const size_t _presynaptic_idx = {{layout.source_start}} + _copy * {{layout.n_pre}} + {{row}};
            const size_t _postsynaptic_idx = {{layout.target_start}} + _copy * {{layout.n_post}} + {{column}};
            {% if layout.self_connections %}
            const size_t _idx = size_t({{row}}) * {{layout.n_post}} + {{column}};
            {% else %}
            const size_t _idx = size_t({{row}}) * {{layout.n_post - 1}} + {{column}} - ({{column}} > {{row}});
            {% endif %}
            {% if uses_i %}
            const int i = {{row}};
            {% endif %}
            {% if uses_j %}
            const int j = {{column}};
            {% endif %}
            {% for v in state + pre + post %}
            {{v.type}} {{v.name}}{% if v.loaded %} = {{v.array}}[{{variable_indices[v.name]}}]{% endif %};
            {% endfor %}
            {{vector_code|autoindent}}
            {% for v in state + pre + post %}
            {% if v.stored %}
            {{v.array}}[{{variable_indices[v.name]}}] = {{v.name}};
            {% endif %}
            {% endfor %}
        }
    }
{% endblock %}
