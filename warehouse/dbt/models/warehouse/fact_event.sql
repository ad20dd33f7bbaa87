{{ config(
  incremental_strategy='append',
  indexes=[{'columns': ['product_id', 'event_at']}, {'columns': ['product_version_key']}, {'columns': ['event_at']}, {'columns': ['date_key']}],
) }}

select
  event.event_key,
  event.event_at,
  event.date_key,
  event.event_type,
  event.user_key,
  event.session_id,
  event.country_key,
  event.device_key,
  event.product_id,
  {{ version_key('event.product_id') }} as product_version_key,
  event.service_name,
  event.error_code,
  event.level,
  (case when event.event_type in ('purchase', 'order_complete') then event.amount end)::numeric(18, 4) as revenue,
  (case when event.event_type = 'order_failed' then event.attempted_amount end)::numeric(18, 4) as failed_amount
from {{ ref('stg_events') }} as event
{{ join_version('event.product_id', 'event.event_at', ref('dim_product')) }}
where {{ is_new('event.batch_id') }}
