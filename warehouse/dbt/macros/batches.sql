{#
  Which batches of the ledger each model has. A model writes them down in the transaction that builds
  it, so a build that ends at any place goes on where it ended. Ids are compared as a set: they may
  become visible in another order than they were given.
#}

{% macro state() %}{{ target.schema }}.built{% endmacro %}

{% macro prepare_state() %}
  create table if not exists {{ state() }} (
    model text not null,
    batch_id bigint not null,
    committed_at timestamptz not null,
    primary key (model, batch_id)
  );
  {# Tables are bi's to read by the default privileges of dbt; a schema that was dropped has none. #}
  grant usage on schema warehouse to bi
{% endmacro %}

{# A condition: the batch is one of those that this build takes into account. #}
{% macro is_known(batch_id) %}{{ batch_id }} in (select batch_id from {{ ref('batches') }}){% endmacro %}

{# A condition: the batch is one that the model lacks; of a model that is built whole, any that is known. #}
{% macro is_new(batch_id) %}
  {%- if is_incremental() -%} {{ batch_id }} in ({{ new_batches() }}) {%- else -%} {{ is_known(batch_id) }} {%- endif -%}
{% endmacro %}

{# As numbers, not as a query: so the server knows how few they are. #}
{% macro new_batches() %}
  {%- if execute -%}
    {%- set found = run_query(
      "select batch_id from " ~ ref('batches') ~ " known where not exists (select from " ~ state()
      ~ " built where built.model = '" ~ this.identifier ~ "' and built.batch_id = known.batch_id)"
      ~ " order by batch_id"
    ) -%}
    {{ found.columns[0].values() | join(', ') or 'null' }}
  {%- endif -%}
{% endmacro %}

{% macro forget_batches() %}
  {% if not is_incremental() %}delete from {{ state() }} where model = '{{ this.identifier }}'{% endif %}
{% endmacro %}

{% macro remember_batches() %}
  insert into {{ state() }} (model, batch_id, committed_at)
  select '{{ this.identifier }}', batch_id, committed_at from {{ ref('batches') }}
  on conflict do nothing
{% endmacro %}

{#
  A run costs what is new, not what is there: so it looks up what it needs of old rows. Without this
  the server reads whole tables as soon as a batch has some percent of their keys.
#}
{% macro read_by_index() %}
  {% if is_incremental() %}set local enable_seqscan = off{% endif %}
{% endmacro %}

{# Raises an error where the ledger lacks batches that were built: then raw is another load. #}
{% macro refuse_another_load() %}
  {% if execute and not flags.FULL_REFRESH %}
    {% set lost = run_query(
      "select count(distinct batch_id) from " ~ state() ~ " built where not exists (select from "
      ~ source('raw', 'batches') ~ " given where given.batch_id = built.batch_id"
      ~ " and given.committed_at = built.committed_at)"
    ).columns[0].values()[0] %}
    {% if lost > 0 %}
      {{ exceptions.raise_compiler_error(
        lost ~ " batches that were built are not in raw.batches any more: raw was loaded anew:"
        ~ " millrace warehouse build --full-refresh"
      ) }}
    {% endif %}
  {% endif %}
{% endmacro %}

{% macro facts() %}
  {{ return(['fact_event', 'fact_order', 'fact_order_item', 'fact_search', 'fact_request']) }}
{% endmacro %}
