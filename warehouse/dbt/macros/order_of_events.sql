{#
  The value of the first or the last event that has one. Events of one instant are ordered by their
  keys, byte by byte, so the outcome is the same in whatever order they were loaded.
#}
{% macro first_of(value, condition=none) -%}
  (array_agg({{ value }} order by event_at, event_key collate "C") filter (where {{ condition or value ~ ' is not null' }}))[1]
{%- endmacro %}

{% macro last_of(value, condition=none) -%}
  (array_agg({{ value }} order by event_at desc, event_key collate "C" desc) filter (where {{ condition or value ~ ' is not null' }}))[1]
{%- endmacro %}
