-- Type 2 by events: what was sent decides, in the order of its own times, not when it was loaded or
-- how often this runs. Of lines of one instant the last counts.
{{ config(
  incremental_strategy='versions',
  unique_key='product_id',
  indexes=[{'columns': ['product_id', 'valid_from']}],
) }}

with lines as (

  select *
  from {{ ref('stg_products') }}
  where {{ is_known('batch_id') }}
  {% if is_incremental() %}
    -- Whole products: a late line may alter what stands after it.
    and product_id in (select product_id from {{ ref('stg_products') }} where {{ is_new('batch_id') }})
  {% endif %}

),

-- A database may date a change before another that stands ahead of it: then that one never was to be
-- seen. Lines have no position but their own times.
placed as (

  select
    *,
    max("position") over (partition by product_key order by changed_at) as furthest
  from lines

),

instants as (

  select distinct on (product_key, changed_at) *
  from placed
  where "position" is null or "position" = furthest
  order by
    product_key, changed_at, "position" desc nulls last,
    topic_id desc, "partition" desc, "offset" desc, part desc

),

compared as (

  select
    *,
    lag(changed_at) over by_product is null
    or (price, stock, is_deleted) is distinct from (
      lag(price) over by_product, lag(stock) over by_product, lag(is_deleted) over by_product
    ) as is_change
  from instants
  window by_product as (partition by product_key order by changed_at)

),

changes as (

  select *, lead(changed_at) over (partition by product_key order by changed_at) as valid_to
  from compared
  where is_change

),

-- The newest words for a product stand in all its versions.
words as (

  select
    product_key,
    (array_agg(name order by changed_at desc) filter (where name is not null))[1] as name,
    (array_agg(category order by changed_at desc) filter (where category is not null))[1] as category
  from instants
  group by product_key

)

select
  product_key || '@' || {{ iso('changed_at') }} as product_version_key,
  product_key as product_id,
  words.name,
  words.category,
  price::numeric(18, 4) as price,
  stock,
  changed_at as valid_from,
  valid_to,
  valid_to is null as is_current
from changes
join words using (product_key)
where not is_deleted
{% if not is_incremental() %}
union all
select 'unknown', null, null, null, null, null, null, null, false
{% endif %}
