{{ config(incremental_strategy='append') }}

with named as (

  select country_key from {{ ref('stg_events') }} where {{ is_new('batch_id') }}
  union
  select country_key from {{ ref('stg_requests') }} where {{ is_new('batch_id') }}
  union
  select 'unknown'

)

select named.country_key, coalesce(countries.name, named.country_key) as name
from named
left join {{ ref('countries') }} as countries using (country_key)
{% if is_incremental() %}
where named.country_key not in (select country_key from {{ this }})
{% endif %}
