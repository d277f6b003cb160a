{# Brian2's loop over neurons, for several generations of processors. #}
{# USES_VARIABLES { N } #}
{# ALLOWS_SCALAR_WRITE #}
{% extends 'common_group.cpp' %}
{% import 'dense_parts.cpp' as _parts %}
{# What all neurons read of a single one is the same in every pass of the loop, which the compiler has to be told. #}
{% set _of_one = namespace(any=false) %}
{% for _name, _index in variable_indices.items() if _index == '0' and _name in variables %}
{% if variables[_name].array and not variables[_name].scalar %}
{% set _of_one.any = true %}
{% endif %}
{% endfor %}

{% block extra_headers %}
#include <cstring>
{{ _parts.targets() }}
DENSE_VERSIONS void _run_{{codeobj_name}}();
{% endblock %}

{% block maincode %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    const int _N = {{constant_or_scalar('N', variables['N'])}};
    {% if _of_one.any %}
    #pragma GCC ivdep
    {% endif %}
    for (int _idx = 0; _idx < _N; _idx++) {
        const size_t _vectorisation_idx = _idx;
        {{vector_code|autoindent}}
    }
{% endblock %}
