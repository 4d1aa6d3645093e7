-- A run may ask several endpoints, of which some have no known price: their sum alone would look like the whole.
create or replace view run_spending as
with counted as (
    select *, error_kind is null or error_kind in ('time_out', 'malformed_reply', 'content_filter') as may_have_run from call
)
select
    run_id, count(*) as calls, sum(coalesce(tokens_in, 0) + coalesce(tokens_out, 0)) as tokens_said,
    sum(case when tokens_in is not null and tokens_out is not null then tokens_in + tokens_out when may_have_run then worst_tokens else 0 end) as tokens,
    sum(case when cost_usd is not null then cost_usd when may_have_run then worst_cost_usd else 0 end) as usd,
    count(*) filter (error_kind is not null) as failed,
    count(*) filter (may_have_run and cost_usd is null and worst_cost_usd is null) as unpriced
from counted group by run_id;
