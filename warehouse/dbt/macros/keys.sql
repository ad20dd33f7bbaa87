{#
  A text of a line as a key. It is never too long for an index, which holds 2,704 bytes: what is
  longer than 120 characters is cut, and told apart by its digest.
#}
{% macro bounded(text) -%}
  case when length({{ text }}) > 120 then left({{ text }}, 87) || '~' || md5({{ text }}) else {{ text }} end
{%- endmacro %}

{# The same, 'unknown' where there is none. #}
{% macro key(text) -%} coalesce({{ bounded("nullif(" ~ text ~ ", '')") }}, 'unknown') {%- endmacro %}

{# A time as text with microseconds, in UTC. #}
{% macro iso(time) -%}
  to_char({{ time }} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
{%- endmacro %}

{% macro utc_date(time) -%} ({{ time }} at time zone 'UTC')::date {%- endmacro %}

{# From when on dim_date has all days. #}
{% macro first_day() -%} make_date({{ var('first_year') }}, 1, 1) {%- endmacro %}
