{#
  Of events that this build was the first to see: each is there, with the one version that its
  product had, and none where it names no product. What the server's constraints hold is not tested.
#}
{% test new_events_have_the_version_of_their_time(model) %}
select event.event_key
from {{ ref('batches') }} as batch
join {{ ref('stg_events') }} as event on event.batch_id = batch.batch_id
left join {{ model }} as fact on fact.event_key = event.event_key
left join {{ ref('dim_product') }} as version on version.product_version_key = fact.product_version_key
where batch.is_new and (
  fact.event_key is null
  or (fact.product_id is null) <> (fact.product_version_key is null)
  or (version.product_id is not null and (
    version.product_id <> fact.product_id
    or version.valid_from > fact.event_at
    or version.valid_to <= fact.event_at
  ))
)
{% endtest %}
