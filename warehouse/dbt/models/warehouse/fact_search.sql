{{ config(incremental_strategy='append', indexes=[{'columns': ['date_key']}]) }}

select
  event_key,
  searched_at,
  date_key,
  user_key,
  session_id,
  country_key,
  device_key,
  query,
  results_count,
  results_count = 0 as is_empty
from {{ ref('stg_events') }}
where event_type = 'search' and {{ is_new('batch_id') }}
