-- Whole years without a gap, as tools for time series want them.
{{ config(incremental_strategy='append') }}

with days as (

  select min(date_key) as first_day, max(date_key) as last_day
  from {{ ref('stg_events') }} where {{ is_new('batch_id') }}
  union all
  select min({{ utc_date('hour_at') }}), max({{ utc_date('hour_at') }})
  from {{ ref('stg_requests') }} where {{ is_new('batch_id') }}
  {% if is_incremental() %}
  union all
  select min(date_key), max(date_key) from {{ this }}
  {% endif %}

),

years as (

  select
    date_trunc('year', min(first_day)::timestamp) as first_year,
    date_trunc('year', max(last_day)::timestamp) as last_year
  from days

)

select
  day::date as date_key,
  extract(year from day)::int as year,
  extract(quarter from day)::int as quarter,
  extract(month from day)::int as month,
  extract(week from day)::int as iso_week,
  extract(day from day)::int as day_of_month,
  extract(isodow from day)::int as iso_day_of_week,
  extract(isodow from day) >= 6 as is_weekend
from years, generate_series(first_year, last_year + interval '1 year' - interval '1 day', interval '1 day') as day
{% if is_incremental() %}
where day::date not in (select date_key from {{ this }})
{% endif %}
