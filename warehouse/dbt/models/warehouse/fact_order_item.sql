-- The lines of an order, as its first event that has any lists them.
{{ config(
  incremental_strategy='replace',
  unique_key='order_id',
  indexes=[{'columns': ['product_id', 'ordered_at']}, {'columns': ['product_version_key']}, {'columns': ['ordered_at']}],
) }}

with events as (

  select *
  from {{ ref('stg_orders') }}
  where {{ is_known('batch_id') }} and {{ has_items() }}
  {% if is_incremental() %}
    and order_id in (select order_id from {{ ref('stg_orders') }} where {{ is_new('batch_id') }})
  {% endif %}

),

lists as (

  select distinct on (order_key) order_key as order_id, items
  from events
  order by order_key, event_at, event_key collate "C"

),

lines as (

  select
    order_id,
    item.line::int as line,
    {{ bounded("nullif(item.sent ->> 'product_id', '')") }} as product_id,
    (item.sent ->> 'quantity')::int as quantity
  from lists, jsonb_array_elements(lists.items) with ordinality as item (sent, line)

)

select
  lines.order_id,
  lines.line,
  fact_order.first_event_at as ordered_at,
  fact_order.date_key,
  lines.product_id,
  {{ version_key('lines.product_id') }} as product_version_key,
  lines.quantity,
  version.price::numeric(18, 4) as unit_price
from lines
join {{ ref('fact_order') }} as fact_order using (order_id)
{{ join_version('lines.product_id', 'fact_order.first_event_at', ref('dim_product')) }}
