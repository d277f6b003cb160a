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

{% block extra_headers %}
#include <cstring>
{{ _parts.targets() }}
DENSE_VERSIONS void _run_{{codeobj_name}}();
{% endblock %}

{% block maincode %}
    const size_t _vectorisation_idx = -1;
    {{scalar_code|autoindent}}
    const int _N = {{constant_or_scalar('N', variables['N'])}};
    {% if _told.any %}
    #pragma GCC ivdep
    {% endif %}
    for (int _idx = 0; _idx < _N; _idx++) {
        const size_t _vectorisation_idx = _idx;
        {{vector_code|autoindent}}
    }
{% endblock %}
