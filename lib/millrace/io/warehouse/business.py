"""The figures of the business as SQL over the schema ``warehouse``.

Parameters are bound: ``since`` and ``until``, and ``step`` where a figure has steps. Money is
summed as numeric, never as a double: its sums do not depend on the order of rows.
"""

from typing import LiteralString

from millrace.records.business import Cohorts, Conversion, Failures, Prices, Revenue, Sessions

_STEPS: LiteralString = """steps AS (
  SELECT generate_series(
    %(since)s::timestamptz, %(until)s::timestamptz - %(step)s::interval, %(step)s::interval
  ) AS window_start
)"""

_REVENUE: LiteralString = f"""
WITH {_STEPS}, moments AS (
  SELECT placed_at AS at, amount AS placed, NULL::numeric AS completed, NULL::numeric AS failed,
         'placed' AS what
  FROM warehouse.fact_order WHERE placed_at >= %(since)s AND placed_at < %(until)s
  UNION ALL
  SELECT completed_at, NULL, amount, NULL, 'completed'
  FROM warehouse.fact_order WHERE completed_at >= %(since)s AND completed_at < %(until)s
  UNION ALL
  SELECT failed_at, NULL, NULL, attempted_amount, 'failed'
  FROM warehouse.fact_order WHERE failed_at >= %(since)s AND failed_at < %(until)s
), counted AS (
  SELECT date_bin(%(step)s, at, %(since)s) AS window_start,
         count(*) FILTER (WHERE what = 'placed') AS placed,
         count(*) FILTER (WHERE what = 'completed') AS completed,
         count(*) FILTER (WHERE what = 'failed') AS failed,
         sum(placed) AS placed_amount, sum(completed) AS revenue, sum(failed) AS failed_amount
  FROM moments GROUP BY 1
)
SELECT window_start,
       coalesce(placed, 0) AS placed, coalesce(completed, 0) AS completed,
       coalesce(failed, 0) AS failed, coalesce(placed_amount, 0)::numeric(38, 4) AS placed_amount,
       coalesce(revenue, 0)::numeric(38, 4) AS revenue,
       coalesce(failed_amount, 0)::numeric(38, 4) AS failed_amount
FROM steps LEFT JOIN counted USING (window_start) ORDER BY window_start"""

_CONVERSION: LiteralString = f"""
WITH {_STEPS}, events AS (
  SELECT session_id, event_type, event_at FROM warehouse.fact_event
  WHERE event_at >= %(since)s AND event_at < %(until)s AND session_id IS NOT NULL
), searched AS (
  SELECT session_id, min(event_at) AS began,
         min(event_at) FILTER (WHERE event_type = 'search') AS at
  FROM events GROUP BY session_id
), purchased AS (
  SELECT session_id, min(event_at) AS at FROM events JOIN searched USING (session_id)
  WHERE event_type = 'purchase' AND event_at >= at GROUP BY session_id
), ordered AS (
  SELECT DISTINCT session_id FROM events JOIN purchased USING (session_id)
  WHERE event_type = 'order_complete' AND event_at >= at
), counted AS (
  SELECT date_bin(%(step)s, searched.began, %(since)s) AS window_start, count(*) AS sessions,
         count(searched.at) AS searched, count(purchased.session_id) AS purchased,
         count(ordered.session_id) AS ordered
  FROM searched LEFT JOIN purchased USING (session_id) LEFT JOIN ordered USING (session_id)
  GROUP BY 1
)
SELECT window_start, coalesce(sessions, 0) AS sessions, coalesce(searched, 0) AS searched,
       coalesce(purchased, 0) AS purchased, coalesce(ordered, 0) AS ordered
FROM steps LEFT JOIN counted USING (window_start) ORDER BY window_start"""

_FAILURES: LiteralString = """
WITH orders AS (
  SELECT payment_key, coalesce(error_code, 'unknown') AS error_code, attempted_amount,
         coalesce(failed_at >= %(since)s AND failed_at < %(until)s, false) AS has_failed
  FROM warehouse.fact_order
  WHERE failed_at >= %(since)s AND failed_at < %(until)s
     OR completed_at >= %(since)s AND completed_at < %(until)s
), ended AS (
  SELECT payment_key, count(*) AS ended FROM orders GROUP BY payment_key
)
SELECT error_code, payment_key AS payment_method, count(*) AS failed, max(ended) AS ended,
       coalesce(sum(attempted_amount), 0)::numeric(38, 4) AS failed_amount
FROM orders JOIN ended USING (payment_key) WHERE has_failed
GROUP BY error_code, payment_key
ORDER BY failed DESC, error_code, payment_method"""

_SESSIONS: LiteralString = """
WITH sessions AS (
  SELECT session_id, count(*) AS events,
         (1000 * extract(epoch FROM max(event_at) - min(event_at)))::bigint AS length_ms,
         (array_agg(device_key ORDER BY event_at, event_key))[1] AS device,
         (array_agg(country_key ORDER BY event_at, event_key))[1] AS country
  FROM warehouse.fact_event
  WHERE event_at >= %(since)s AND event_at < %(until)s AND session_id IS NOT NULL
  GROUP BY session_id
)
SELECT CASE WHEN grouping(device) = 0 THEN 'device' WHEN grouping(country) = 0 THEN 'country'
            ELSE 'all' END AS by,
       coalesce(device, country, 'all') AS value, count(*) AS sessions,
       sum(events)::bigint AS events, count(*) FILTER (WHERE events = 1) AS single,
       round(avg(length_ms))::bigint AS mean_ms,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY length_ms) AS median_ms
FROM sessions GROUP BY GROUPING SETS ((), (device), (country))
HAVING count(*) > 0 ORDER BY by, sessions DESC, value"""

_COHORTS: LiteralString = """
WITH cohorts AS (
  SELECT user_key, date_bin(%(step)s, first_seen_at, %(since)s) AS week_start
  FROM warehouse.dim_user
  WHERE first_seen_at >= %(since)s AND first_seen_at < %(until)s AND user_key <> 'unknown'
), orders AS (
  SELECT user_key, coalesce(placed_at, completed_at, first_event_at) AS at,
         row_number() OVER (
           PARTITION BY user_key
           ORDER BY coalesce(placed_at, completed_at, first_event_at), order_id
         ) AS number
  FROM warehouse.fact_order WHERE status <> 'failed' AND user_key <> 'unknown'
), active AS (
  SELECT week_start, date_bin(%(step)s, at, %(since)s) AS week,
         count(DISTINCT user_key) AS ordered,
         count(DISTINCT user_key) FILTER (WHERE number > 1) AS ordered_again
  FROM cohorts JOIN orders USING (user_key) WHERE at < %(until)s GROUP BY 1, 2
), sizes AS (
  SELECT week_start, count(*) AS users FROM cohorts GROUP BY week_start
), weeks AS (
  SELECT week_start, users, week FROM sizes, generate_series(
    week_start,
    least(%(until)s::timestamptz, (SELECT max(last_seen_at) FROM warehouse.dim_user)),
    %(step)s::interval
  ) AS week
  WHERE week < %(until)s
)
SELECT week_start, users,
       (extract(epoch FROM week - week_start) / extract(epoch FROM %(step)s::interval))::int
         AS weeks_later,
       coalesce(ordered, 0) AS ordered, coalesce(ordered_again, 0) AS ordered_again
FROM weeks LEFT JOIN active USING (week_start, week) ORDER BY week_start, week"""

# A version begins where the stock changes too: those of one price that follow on one another are
# one row here. There is none while a product is deleted.
_PRICES: LiteralString = """
WITH versions AS (
  SELECT product_id, product_version_key, name, category, price, valid_from, valid_to,
         row_number() OVER product > 1 AND price IS DISTINCT FROM lag(price) OVER product
           AS is_change,
         (price IS DISTINCT FROM lag(price) OVER product
           OR valid_from IS DISTINCT FROM lag(valid_to) OVER product)::int AS is_new
  FROM warehouse.dim_product WHERE product_version_key <> 'unknown'
  WINDOW product AS (PARTITION BY product_id ORDER BY valid_from)
), numbered AS (
  SELECT versions.*, sum(is_new) OVER (PARTITION BY product_id ORDER BY valid_from) AS number
  FROM versions
), changed AS (
  SELECT DISTINCT product_id FROM numbered
  WHERE is_change AND valid_from >= %(since)s AND valid_from < %(until)s
), sold AS (
  SELECT product_version_key, count(DISTINCT order_id) AS orders,
         sum(quantity) AS units, sum(quantity * unit_price) AS revenue
  FROM warehouse.fact_order_item AS item JOIN warehouse.fact_order AS own USING (order_id)
  WHERE own.status <> 'failed' AND item.ordered_at >= %(since)s AND item.ordered_at < %(until)s
  GROUP BY product_version_key
), prices AS (
  SELECT product_id, number, price,
         (array_agg(name ORDER BY valid_from DESC))[1] AS name,
         (array_agg(category ORDER BY valid_from DESC))[1] AS category,
         min(valid_from) AS valid_from,
         CASE WHEN bool_and(valid_to IS NOT NULL) THEN max(valid_to) END AS valid_to,
         coalesce(sum(orders), 0)::bigint AS orders, coalesce(sum(units), 0)::bigint AS units,
         coalesce(sum(revenue), 0)::numeric(38, 4) AS revenue
  FROM numbered JOIN changed USING (product_id) LEFT JOIN sold USING (product_version_key)
  GROUP BY product_id, number, price
)
SELECT product_id, name, category, price, valid_from, valid_to,
       extract(epoch FROM least(valid_to, %(until)s) - greatest(valid_from, %(since)s))::bigint
         AS held_s,
       orders, units, revenue
FROM prices WHERE valid_from < %(until)s AND coalesce(valid_to, %(until)s) > %(since)s
ORDER BY sum(revenue) OVER (PARTITION BY product_id) DESC, product_id, valid_from"""

STATEMENTS: dict[str, LiteralString] = {
    Revenue.figure: _REVENUE,
    Conversion.figure: _CONVERSION,
    Failures.figure: _FAILURES,
    Sessions.figure: _SESSIONS,
    Cohorts.figure: _COHORTS,
    Prices.figure: _PRICES,
}
"""The statement of each figure by its name; its columns are those of the figure's rows."""
