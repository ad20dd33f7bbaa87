{# Joins `version`, the version of the product at a time; a row of nulls where there is none. #}
{% macro join_version(product_id, time, versions) %}
  left join lateral (
    select latest.* from (
      select candidate.product_version_key, candidate.price, candidate.valid_to
      from {{ versions }} candidate
      where candidate.product_id = {{ product_id }} and candidate.valid_from <= {{ time }}
      order by candidate.valid_from desc
      limit 1
    ) latest
    where latest.valid_to is null or {{ time }} < latest.valid_to
  ) version on true
{% endmacro %}

{# The key of `version`; null where the fact has no product. #}
{% macro version_key(product_id) -%}
  case when {{ product_id }} is not null then coalesce(version.product_version_key, 'unknown') end
{%- endmacro %}

{# Products with new lines, and since when they may have other versions. #}
{% macro changed_products() %}
  select product_key as product_id, min(changed_at) as since
  from {{ ref('stg_products') }}
  where {{ is_new('batch_id') }}
  group by product_key
{% endmacro %}

{# Facts are built after the dimension: of those that are there, the relation, else none. #}
{% macro built_fact(name) %}
  {{ return(adapter.get_relation(database=this.database, schema=this.schema, identifier=name)) }}
{% endmacro %}

{% macro moved_events() %}
  {% set facts = built_fact('fact_event') %}
  {% if facts %}
  with changed as ({{ changed_products() }}),
  moved as (
    select fact.event_key, {{ version_key('fact.product_id') }} as product_version_key
    from changed
    join {{ facts }} fact on fact.product_id = changed.product_id and fact.event_at >= changed.since
    {{ join_version('fact.product_id', 'fact.event_at', this) }}
  )
  update {{ facts }} as fact set product_version_key = moved.product_version_key
  from moved
  where fact.event_key = moved.event_key and fact.product_version_key <> moved.product_version_key
  {% else %}select{% endif %}
{% endmacro %}

{% macro moved_items() %}
  {% set facts = built_fact('fact_order_item') %}
  {% if facts %}
  with changed as ({{ changed_products() }}),
  moved as (
    select
      fact.order_id, fact.line, version.price as unit_price,
      {{ version_key('fact.product_id') }} as product_version_key
    from changed
    join {{ facts }} fact on fact.product_id = changed.product_id and fact.ordered_at >= changed.since
    {{ join_version('fact.product_id', 'fact.ordered_at', this) }}
  )
  update {{ facts }} as fact
  set product_version_key = moved.product_version_key, unit_price = moved.unit_price
  from moved
  where fact.order_id = moved.order_id and fact.line = moved.line
    and (fact.product_version_key, fact.unit_price) is distinct from (moved.product_version_key, moved.unit_price)
  {% else %}select{% endif %}
{% endmacro %}
