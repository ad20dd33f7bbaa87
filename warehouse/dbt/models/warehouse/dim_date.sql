-- Whole years without a gap, as tools for time series want them, from the first year on. Of what is
-- older, as clocks that were never set say, there are the days that facts have and no others.
{{ config(incremental_strategy='append') }}

with new_days as (

  select date_key from {{ ref('stg_events') }} where {{ is_new('batch_id') }}
  union
  select {{ utc_date('hour_at') }} from {{ ref('stg_requests') }} where {{ is_new('batch_id') }}

),

years as (

  select
    date_trunc('year', min(date_key)::timestamp) as first_year,
    date_trunc('year', max(date_key)::timestamp) as last_year
  from (
    select date_key from new_days
    {% if is_incremental() %}
    union all
    select date_key from {{ this }}
    {% endif %}
  ) as known
  where date_key >= {{ first_day() }}

),

days as (

  select day::date as date_key
  from years, generate_series(first_year, last_year + interval '1 year' - interval '1 day', interval '1 day') as day
  union all
  select date_key from new_days where date_key < {{ first_day() }}

)

select
  date_key,
  extract(year from date_key)::int as year,
  extract(quarter from date_key)::int as quarter,
  extract(month from date_key)::int as month,
  extract(week from date_key)::int as iso_week,
  extract(day from date_key)::int as day_of_month,
  extract(isodow from date_key)::int as iso_day_of_week,
  extract(isodow from date_key) >= 6 as is_weekend
from days
{% if is_incremental() %}
where date_key not in (select date_key from {{ this }})
{% endif %}
