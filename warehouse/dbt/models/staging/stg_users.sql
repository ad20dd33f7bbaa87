-- What is known of each user from all events so far: sums and extremes, so that a build reads new
-- events only.
{{ config(
  materialized='incremental',
  incremental_strategy='upsert',
  unique_key='user_key',
  on_schema_change='fail',
  indexes=[{'columns': ['user_key'], 'unique': true}],
  pre_hook=["{{ forget_batches() }}", "{{ read_by_index() }}"],
  post_hook="{{ remember_batches() }}",
) }}

with new_events as (

  select * from {{ ref('stg_events') }} where {{ is_new('batch_id') }}

),

new_figures as (

  select
    user_key,
    min(event_at) as first_seen_at,
    max(event_at) as last_seen_at,
    count(*) as events
  from new_events
  group by user_key

),

-- An order has events in several batches, and counts once.
new_orders as (

  select user_key, count(distinct order_id) as orders
  from {{ ref('stg_orders') }} as event
  where {{ is_new('batch_id') }}
  {% if is_incremental() %}
    and not exists (
      select from {{ ref('stg_orders') }} as earlier
      where earlier.order_id = event.order_id
        and earlier.user_key = event.user_key
        and {{ is_known('earlier.batch_id') }}
        and not {{ is_new('earlier.batch_id') }}
    )
  {% endif %}
  group by user_key

),

countries as (

  {{ latest_of_user('country') }}

),

devices as (

  {{ latest_of_user('device') }}

)

select
  figures.user_key,
  {% if is_incremental() %}
  least(figures.first_seen_at, known.first_seen_at) as first_seen_at,
  greatest(figures.last_seen_at, known.last_seen_at) as last_seen_at,
  figures.events + coalesce(known.events, 0) as events,
  coalesce(new_orders.orders, 0) + coalesce(known.orders, 0) as orders,
  {% else %}
  figures.first_seen_at,
  figures.last_seen_at,
  figures.events,
  coalesce(new_orders.orders, 0) as orders,
  {% endif %}
  countries.country_key,
  countries.country_at,
  countries.country_event,
  devices.device_key,
  devices.device_at,
  devices.device_event
from new_figures as figures
left join new_orders using (user_key)
left join countries using (user_key)
left join devices using (user_key)
{% if is_incremental() %}
left join {{ this }} as known using (user_key)
{% endif %}
