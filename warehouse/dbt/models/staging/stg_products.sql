-- product_id is as it was sent, which the index of raw knows.
select
  topic_id, "partition", "offset", part, batch_id, changed_at,
  product_id,
  {{ bounded('product_id') }} as product_key,
  name, category, price, stock, coalesce(is_deleted, false) as is_deleted,
  "position" collate "C" as "position"
from {{ source('raw', 'products') }}
where product_id <> ''
