{{ config(incremental_strategy='upsert', unique_key='user_key') }}

select
  users.user_key,
  users.first_seen_at,
  users.last_seen_at,
  coalesce(users.country_key, 'unknown') as country_key,
  coalesce(users.device_key, 'unknown') as device_key,
  users.events,
  users.orders
from {{ ref('stg_users') }} as users
{% if is_incremental() %}
where users.user_key in (select user_key from {{ ref('stg_events') }} where {{ is_new('batch_id') }})
{% endif %}
-- depends_on: {{ ref('stg_events') }} {{ ref('batches') }}
