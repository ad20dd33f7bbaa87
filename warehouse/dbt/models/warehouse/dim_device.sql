{{ config(incremental_strategy='append') }}

with named as (

  select device_key from {{ ref('stg_events') }} where {{ is_new('batch_id') }}
  union
  select 'unknown'

)

select device_key
from named
{% if is_incremental() %}
where device_key not in (select device_key from {{ this }})
{% endif %}
