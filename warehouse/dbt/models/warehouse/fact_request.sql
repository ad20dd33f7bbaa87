-- Requests by hour. Each load has counts of its own lines: an hour is the sum over all loads.
{{ config(
  incremental_strategy='upsert',
  unique_key=['hour_at', 'feed', 'service_name', 'http_route', 'method', 'status_class', 'country_key'],
) }}

select
  hour_at,
  {{ utc_date('hour_at') }} as date_key,
  feed,
  service_name,
  http_route,
  method,
  status_class,
  country_key,
  sum(requests)::bigint as requests,
  sum(bytes_sent)::numeric(38, 0) as bytes_sent
from {{ ref('stg_requests') }}
where {{ is_known('batch_id') }}
{% if is_incremental() %}
  and hour_at in (select hour_at from {{ ref('stg_requests') }} where {{ is_new('batch_id') }})
{% endif %}
group by hour_at, feed, service_name, http_route, method, status_class, country_key
