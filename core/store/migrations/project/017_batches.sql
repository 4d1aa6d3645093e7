-- Calls that are asked by batch: handed over in a file, answered within a day, for less (docs/batches.md). Every step is an event,
-- written before the next step begins, so that a run finds its batches again whatever ended it. `batch` alone is the name under
-- which rows are handed to DuckDB, so the tables are called call_batch.
create table call_batch (
    id uuid primary key, seq bigint not null, run_id uuid not null, endpoint varchar not null, n integer not null, what varchar not null,
    worst_tokens bigint not null, worst_usd double, input_usd double, output_usd double, made_at timestamptz not null
);
-- Written before their batch, in parts: without a batch they mean nothing.
create table call_batch_item (
    batch_id uuid not null, call_id uuid not null, task_id uuid not null, system_id uuid not null, attempt integer not null,
    text_hash varchar not null, worst_tokens bigint not null, worst_usd double, primary key (batch_id, call_id)
);
create table call_batch_event (
    seq bigint primary key, batch_id uuid not null, kind varchar not null, remote_id varchar not null, status varchar not null,
    done integer not null, failed integer not null, output_id varchar not null, error_id varchar not null, detail varchar not null,
    received_at timestamptz not null
);

create view call_batch_now as
select
    b.*, row_number() over (partition by b.run_id order by b.seq) as number,
    coalesce(e.file_id, '') as file_id, coalesce(e.remote_id, '') as remote_id, coalesce(e.status, '') as status,
    coalesce(e.done, 0) as done, coalesce(e.failed, 0) as failed, coalesce(e.output_id, '') as output_id, coalesce(e.error_id, '') as error_id,
    coalesce(e.detail, '') as detail, coalesce(e.is_cancelling, false) as is_cancelling, coalesce(e.is_forgotten, false) as is_forgotten,
    coalesce(e.is_ended, false) as is_ended, coalesce(e.is_dropped, false) as is_dropped, coalesce(e.is_closed, false) as is_closed,
    e.asked_at, e.ended_at
from call_batch b
left join (
    select
        batch_id, arg_max(remote_id, seq) filter (kind = 'uploaded') as file_id, arg_max(remote_id, seq) filter (kind = 'submitted') as remote_id,
        arg_max(status, seq) filter (status <> '') as status, arg_max(done, seq) filter (kind in ('seen', 'ended', 'collected')) as done,
        arg_max(failed, seq) filter (kind in ('seen', 'ended', 'collected')) as failed,
        arg_max(output_id, seq) filter (kind = 'ended') as output_id, arg_max(error_id, seq) filter (kind = 'ended') as error_id,
        arg_max(detail, seq) filter (detail <> '') as detail, bool_or(kind = 'cancelling') as is_cancelling,
        bool_or(kind = 'forgotten') as is_forgotten, bool_or(kind = 'ended') as is_ended, bool_or(kind = 'dropped') as is_dropped,
        bool_or(kind in ('collected', 'dropped')) as is_closed, max(received_at) filter (kind = 'submitted') as asked_at,
        max(received_at) filter (kind = 'ended') as ended_at
    from call_batch_event group by batch_id
) e on e.batch_id = b.id;

create or replace view last_seq as
select greatest(
    coalesce((select max(seq) from source), 0), coalesce((select max(seq) from run_event), 0), coalesce((select max(seq) from instruction), 0),
    coalesce((select max(seq) from revision), 0), coalesce((select max(seq) from response), 0), coalesce((select max(seq) from call), 0),
    coalesce((select max(seq) from rule_check), 0), coalesce((select max(seq) from outcome), 0), coalesce((select max(seq) from score), 0),
    coalesce((select max(seq) from label), 0), coalesce((select max(seq) from queue), 0), coalesce((select max(seq) from trial), 0),
    coalesce((select max(seq) from decision), 0), coalesce((select max(seq) from bulk), 0), coalesce((select max(seq) from study), 0),
    coalesce((select max(seq) from study_design), 0), coalesce((select max(seq) from study_event), 0), coalesce((select max(seq) from study_prompt), 0),
    coalesce((select max(seq) from candidate), 0), coalesce((select max(seq) from rater), 0), coalesce((select max(seq) from judgment), 0),
    coalesce((select max(seq) from map), 0), coalesce((select max(seq) from cluster_name), 0), coalesce((select max(seq) from selection), 0),
    coalesce((select max(seq) from argilla_link), 0), coalesce((select max(seq) from argilla_event), 0), coalesce((select max(seq) from argilla_record), 0),
    coalesce((select max(seq) from argilla_sent), 0), coalesce((select max(seq) from argilla_answer), 0),
    coalesce((select max(seq) from call_batch), 0), coalesce((select max(seq) from call_batch_event), 0),
    coalesce((select max(seq) from export), 0), coalesce((select max(seq) from audit), 0)
) as seq;
