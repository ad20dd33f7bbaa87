-- Orders of events that this build was the first to see have as many lines as they say.
with new_orders as (

  select distinct event.order_key
  from {{ ref('batches') }} as batch
  join {{ ref('stg_orders') }} as event on event.batch_id = batch.batch_id
  where batch.is_new

)

select new_orders.order_key
from new_orders
left join {{ ref('fact_order') }} as orders on orders.order_id = new_orders.order_key
left join lateral (
  select count(*) as lines from {{ ref('fact_order_item') }} as item where item.order_id = new_orders.order_key
) as listed on true
where orders.items is distinct from listed.lines
