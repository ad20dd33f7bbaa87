{#
  How rows enter a table that is there. dbt's own merge joins the whole table, these look up the keys
  that they write: their cost does not grow with the table.
#}

{# Rows with new keys are inserted, those with known keys are replaced. #}
{% macro get_incremental_upsert_sql(arg_dict) %}
  {% set columns = arg_dict["dest_columns"] | map(attribute="quoted") | list %}
  {% set keys = arg_dict["unique_key"] %}
  {% set keys = [keys] if keys is string else keys %}
  insert into {{ arg_dict["target_relation"] }} ({{ columns | join(', ') }})
  select {{ columns | join(', ') }} from {{ arg_dict["temp_relation"] }}
  on conflict ({{ keys | join(', ') }}) do update set
  {% for column in columns %}{{ column }} = excluded.{{ column }}{{ ", " if not loop.last }}{% endfor %}
{% endmacro %}

{# All rows of each key that is written are replaced, so rows may vanish. #}
{% macro get_incremental_replace_sql(arg_dict) %}
  {% set columns = arg_dict["dest_columns"] | map(attribute="quoted") | join(', ') %}
  {% set key = arg_dict["unique_key"] %}
  delete from {{ arg_dict["target_relation"] }} as old
  using (select distinct {{ key }} from {{ arg_dict["temp_relation"] }}) as written
  where old.{{ key }} = written.{{ key }};
  insert into {{ arg_dict["target_relation"] }} ({{ columns }})
  select {{ columns }} from {{ arg_dict["temp_relation"] }}
{% endmacro %}

{#
  The versions of each product that is written are replaced, and in the same transaction facts move
  to the version that is now right for them: nobody sees a fact without its version.
#}
{% macro get_incremental_versions_sql(arg_dict) %}
  {{ get_incremental_replace_sql(arg_dict) }};
  {{ moved_events() }};
  {{ moved_items() }}
{% endmacro %}
