{# A condition: the event lists items. #}
{% macro has_items() -%} jsonb_typeof(items) = 'array' and items <> '[]' {%- endmacro %}
