{# The country or the device of each user's latest event that names one, and of which event it is. #}
{% macro latest_of_user(name) %}
  select distinct on (user_key)
    user_key, {{ name }}_key, event_at as {{ name }}_at, event_key as {{ name }}_event
  from (
    select user_key, {{ name }}_key, event_at, event_key
    from new_events
    where {{ name }}_key <> 'unknown'
    {% if is_incremental() %}
    union all
    select user_key, {{ name }}_key, {{ name }}_at, {{ name }}_event
    from {{ this }}
    where {{ name }}_key is not null and user_key in (select user_key from new_figures)
    {% endif %}
  ) as named
  order by user_key, event_at desc, event_key collate "C" desc
{% endmacro %}
