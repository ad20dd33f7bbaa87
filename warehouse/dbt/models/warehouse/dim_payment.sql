{{ config(incremental_strategy='append') }}

with named as (

  select payment_key from {{ ref('stg_events') }} where {{ is_new('batch_id') }}
  union
  select 'unknown'

)

select payment_key
from named
{% if is_incremental() %}
where payment_key not in (select payment_key from {{ this }})
{% endif %}
