-- What this build takes into account: loads that end while it runs are for the next one.
{{ config(
  materialized='table',
  indexes=[{'columns': ['batch_id'], 'unique': true}],
) }}
{{ refuse_another_load() }}

select
  batch_id, feed, committed_at,
  not exists (
    select from {{ state() }} built where built.batch_id = given.batch_id and built.model = 'fact_event'
  ) as is_new
from {{ source('raw', 'batches') }} given
