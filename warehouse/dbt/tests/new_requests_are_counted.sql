-- Hours of loads that this build was the first to see have all requests that were loaded.
with hours as (

  select distinct request.hour_at
  from {{ ref('batches') }} as batch
  join {{ ref('stg_requests') }} as request on request.batch_id = batch.batch_id
  where batch.is_new

),

loaded as (

  select hour_at, sum(requests) as requests
  from hours join {{ ref('stg_requests') }} using (hour_at)
  where {{ is_known('batch_id') }}
  group by hour_at

),

counted as (

  select hour_at, sum(requests) as requests
  from hours join {{ ref('fact_request') }} using (hour_at)
  group by hour_at

)

select loaded.hour_at
from loaded left join counted using (hour_at)
where loaded.requests is distinct from counted.requests
