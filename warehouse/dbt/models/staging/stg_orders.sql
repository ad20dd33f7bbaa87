-- The events of orders; one order has several. order_id is as it was sent, which the index of raw knows.
select
  order_id,
  {{ bounded('order_id') }} as order_key,
  event_key, batch_id, event_at, event_type, user_key, country_key, device_key, payment_key, amount,
  attempted_amount, error_code, shipping_method, items, completed_at, failed_at
from {{ ref('stg_events') }}
where order_id <> '' and event_type in ('purchase', 'order_complete', 'order_failed')
