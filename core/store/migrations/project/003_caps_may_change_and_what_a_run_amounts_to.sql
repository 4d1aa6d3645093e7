-- A run's caps may be raised or lowered while it stands: a fact of its own ("caps", its reason is the new caps as JSON), which
-- says nothing about the run's state. The newest holds; without one, those that the run began with.
create or replace view run_now as
select r.*, e.kind as state, e.reason, e.received_at as state_since, e.seq as state_seq, e.caps
from run r
left join (
    select
        run_id, arg_max(kind, seq) filter (kind <> 'caps') as kind, arg_max(reason, seq) filter (kind <> 'caps') as reason,
        arg_max(received_at, seq) filter (kind <> 'caps') as received_at, max(seq) filter (kind <> 'caps') as seq,
        arg_max(reason, seq) filter (kind = 'caps') as caps
    from run_event group by run_id
) e on e.run_id = r.id;

-- What the calls of a run took, by the operation that they were made for (null: the seeds' own). Tokens and dollars count as in
-- run_spending; `unpriced` are calls that may have cost something nobody knows: with one of them the sum is not known.
create view operation_cost as
with counted as (
    select
        run_id, task_id, error_kind is null or error_kind in ('time_out', 'malformed_reply', 'content_filter') as may_have_run,
        case when tokens_in is not null and tokens_out is not null then tokens_in + tokens_out when may_have_run then worst_tokens else 0 end as tokens,
        case when cost_usd is not null then cost_usd when may_have_run then worst_cost_usd else 0 end as usd
    from call
)
select
    c.run_id, i.operation, count(*) as calls, sum(c.tokens) as tokens, sum(c.usd) as usd, count(*) filter (c.usd is null) as unpriced
from counted c join task t on t.id = c.task_id join instruction i on i.id = t.subject_id
group by c.run_id, i.operation;

-- How many children of each operation added so many words; those without a text have no row.
create view words_added_count as
select run_id, operation, words_added, count(*) as n from outcome where words_added is not null group by all;

-- Difficulty by epoch, of the seeds (epoch 0) and of what survived.
create view difficulty_by_epoch as
select s.run_id, s.epoch, count(*) as n, avg(s.value) as mean, stddev_samp(s.value) as deviation
from score s left join outcome o on o.instruction_id = s.subject_id
where s.kind = 'difficulty' and (o.status = 'survived' or s.epoch = 0)
group by s.run_id, s.epoch;
