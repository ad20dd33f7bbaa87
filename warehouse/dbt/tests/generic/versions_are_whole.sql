{# Versions of a product neither overlap nor are empty, and at most its last one is current. #}
{% test versions_are_whole(model) %}
select *
from (
  select
    product_id, valid_from, valid_to, is_current,
    lead(valid_from) over (partition by product_id order by valid_from) as next_from
  from {{ model }}
  where product_id is not null
) as version
where valid_from is null
  or valid_to <= valid_from
  or valid_to > next_from
  or (valid_to is null and next_from is not null)
  or is_current <> (valid_to is null)
{% endtest %}
