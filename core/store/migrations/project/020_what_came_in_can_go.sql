-- What became of an import later: a reference set was removed or brought back, decisions of a file were taken back. The last event of a
-- source holds. `n` is how many numbers of the log right behind it belong to what it did.
create table source_event (
    seq bigint primary key, source_id uuid not null, kind varchar not null, n bigint not null, "by" varchar not null, received_at timestamptz not null
);
create view source_removed as
select source_id from source_event group by source_id having arg_max(kind, seq) = 'removed';
create macro removed_until(until) as table
select source_id from source_event where seq <= until group by source_id having arg_max(kind, seq) = 'removed';

-- An import of decisions has a number for itself, one for its audit row, and one for each row of its file that could be used.
create view said_import as
select id as source_id, seq + 2 as first_seq, seq + 1 + taken + merged as last_seq from source where kind = 'decisions';

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
    coalesce((select max(seq) from argilla_sent), 0), coalesce((select max(seq) from argilla_answer), 0), coalesce((select max(seq) from source_event), 0),
    coalesce((select max(seq) from call_batch), 0), coalesce((select max(seq) from call_batch_event), 0),
    coalesce((select max(seq) from export), 0), coalesce((select max(seq) from audit), 0)
) as seq;
