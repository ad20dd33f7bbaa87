select
  batch_id,
  hour_at,
  {{ key('feed') }} as feed,
  {{ key('service_name') }} as service_name,
  {{ key('http_route') }} as http_route,
  {{ key('method') }} as method,
  case when status_code between 100 and 599 then status_code / 100 || 'xx' else 'other' end as status_class,
  {{ key("nullif(country, '-')") }} as country_key,
  requests,
  bytes_sent
from {{ source('raw', 'requests') }}
