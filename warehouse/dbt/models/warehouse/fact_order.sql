-- One row an order, of all its events: an order that gets a new event is computed again from all.
{{ config(
  incremental_strategy='upsert',
  unique_key='order_id',
  indexes=[
    {'columns': ['date_key']}, {'columns': ['user_key']}, {'columns': ['placed_at']},
    {'columns': ['completed_at']}, {'columns': ['failed_at']},
  ],
) }}

with events as (

  select *
  from {{ ref('stg_orders') }}
  where {{ is_known('batch_id') }}
  {% if is_incremental() %}
    and order_id in (select order_id from {{ ref('stg_orders') }} where {{ is_new('batch_id') }})
  {% endif %}

),

orders as (

  select
    order_key as order_id,
    min(event_at) as first_event_at,
    min(event_at) filter (where event_type = 'purchase') as placed_at,
    max(coalesce(completed_at, event_at)) filter (where event_type = 'order_complete') as completed_at,
    max(coalesce(failed_at, event_at)) filter (where event_type = 'order_failed') as failed_at,
    {{ last_of('event_type', "event_type <> 'purchase'") }} as last_type,
    {{ first_of('user_key', "user_key <> 'unknown'") }} as user_key,
    {{ first_of('country_key', "country_key <> 'unknown'") }} as country_key,
    {{ first_of('device_key', "device_key <> 'unknown'") }} as device_key,
    {{ last_of('payment_key', "payment_key <> 'unknown'") }} as payment_key,
    {{ last_of('amount') }} as amount,
    {{ last_of('attempted_amount') }} as attempted_amount,
    {{ last_of('error_code') }} as error_code,
    {{ first_of('shipping_method') }} as shipping_method,
    {{ first_of('items', has_items()) }} as items
  from events
  group by order_key

)

select
  order_id,
  first_event_at,
  placed_at,
  completed_at,
  failed_at,
  case last_type when 'order_complete' then 'completed' when 'order_failed' then 'failed' else 'placed' end as status,
  {{ utc_date('first_event_at') }} as date_key,
  coalesce(user_key, 'unknown') as user_key,
  coalesce(country_key, 'unknown') as country_key,
  coalesce(device_key, 'unknown') as device_key,
  coalesce(payment_key, 'unknown') as payment_key,
  amount::numeric(18, 4) as amount,
  attempted_amount::numeric(18, 4) as attempted_amount,
  error_code,
  shipping_method,
  coalesce(jsonb_array_length(items), 0) as items
from orders
