-- How far the facts are: which loads they have. A view, so that no table depends on how runs were cut.
select
  given.feed,
  given.batch_id,
  given.committed_at,
  given.rows_in,
  given.rows_written,
  given.rows_dead,
  not exists (
    select
    from (values {% for fact in facts() %}('{{ fact }}'){{ ", " if not loop.last }}{% endfor %}) as fact (model)
    where not exists (
      select from {{ state() }} built where built.model = fact.model and built.batch_id = given.batch_id
    )
  ) as is_built
from {{ source('raw', 'batches') }} given
