-- The whole schema of a project (docs/data-model.md), made at once so that later capabilities add rows, not tables.
-- Facts carry `seq`, given by the single writer thread: it orders everything; times are only shown.
-- Ids that the engine makes are uuid5 of what they stand for, so a repeated task cannot make a second row,
-- and one row is found by its primary key without a further index.

create table project (
    id uuid primary key, name varchar not null, created_at timestamptz not null,
    consensus_rule varchar not null default 'first', settings varchar not null default '{}', origin varchar not null default ''
);
create table person (id varchar primary key, name varchar not null, kind varchar not null, role varchar not null, active boolean not null default true);
create table source (
    id uuid primary key, seq bigint not null, kind varchar not null, name varchar not null, licence varchar not null default '',
    file_sha256 varchar, taken integer not null, merged integer not null, refused integer not null, "by" varchar not null, received_at timestamptz not null
);
create table prompt_pack (hash varchar primary key, name varchar not null, files varchar not null, from_hash varchar);
create table system (
    id uuid primary key, name varchar not null, endpoint varchar not null, model varchar not null, sampling varchar not null,
    input_usd double, output_usd double
);
create table run (
    id uuid primary key, number integer not null, name varchar not null, settings varchar not null, rng_seed bigint not null,
    n_seeds integer not null, "by" varchar not null, created_at timestamptz not null
);
create table run_event (seq bigint primary key, run_id uuid not null, kind varchar not null, "by" varchar not null, reason varchar not null, received_at timestamptz not null);

create table instruction (
    id uuid primary key, seq bigint not null, kind varchar not null, seed_id uuid not null, source_id uuid, run_id uuid, parent_id uuid,
    parent_revision_id uuid, ancestors uuid[] not null, epoch integer not null, depth integer not null, child_number integer not null,
    operation varchar, data_format varchar, weights varchar, made_by uuid, pack_hash varchar, position integer not null
);
-- Wide texts stand apart from narrow rows, so that lists and counts never read them.
create table revision (
    id uuid primary key, seq bigint not null, "of" varchar not null, of_id uuid not null, number integer not null, text varchar not null,
    text_hash varchar not null, words integer not null, "by" varchar not null
);
create table response (
    id uuid primary key, seq bigint not null, instruction_id uuid not null, instruction_revision_id uuid not null, system_id uuid,
    call_id uuid, source_id uuid
);
create table task (
    id uuid primary key, run_id uuid not null, kind varchar not null, subject_id uuid not null, seed_id uuid not null, epoch integer not null,
    position integer not null, state varchar not null, lease_until timestamptz, tries integer not null
);
create table call (
    id uuid primary key, seq bigint not null, task_id uuid not null, run_id uuid not null, system_id uuid not null, kind varchar not null,
    request varchar not null, reply varchar, finish_reason varchar, tokens_in integer, tokens_out integer, cost_usd double,
    worst_cost_usd double, worst_tokens integer not null, latency_ms double not null, error_kind varchar, error_detail varchar,
    started_at timestamptz not null
);
-- run, epoch and operation are repeated in checks and outcomes (they never change): rates are then one scan without a join.
create table rule_check (
    id uuid primary key, seq bigint not null, instruction_id uuid not null, revision_id uuid not null, response_id uuid, run_id uuid,
    epoch integer not null, operation varchar, rule varchar not null, version integer not null, verdict varchar not null, score double,
    evidence varchar not null, call_id uuid
);
create table outcome (
    instruction_id uuid primary key, seq bigint not null, run_id uuid not null, seed_id uuid not null, epoch integer not null,
    operation varchar not null, status varchar not null, rule varchar, words_added integer, received_at timestamptz not null
);
create table score (id uuid primary key, seq bigint not null, subject_id uuid not null, run_id uuid, epoch integer not null, kind varchar not null, value double not null, "by" varchar not null, call_id uuid);
create table label (id uuid primary key, seq bigint not null, instruction_id uuid not null, kind varchar not null, value varchar not null, "by" varchar not null);

create table queue (
    id uuid primary key, seq bigint not null, name varchar not null, filter varchar not null, sort varchar not null, overlap integer not null,
    blind boolean not null, audit_share double not null, repeat_share double not null
);
create table trial (
    id uuid primary key, seq bigint not null, kind varchar not null, person_id varchar not null, queue_id uuid, study_id uuid,
    origin varchar not null, lease_until timestamptz
);
create table trial_slot (trial_id uuid not null, position integer not null, revision_id uuid not null, candidate_id uuid, primary key (trial_id, position));
create table decision (
    seq bigint primary key, id uuid not null unique, trial_id uuid, bulk_id uuid, person_id varchar not null, act varchar not null,
    instruction_id uuid, revision_id uuid, reason varchar, note varchar, undoes_id uuid, active_ms bigint, decided_at_browser timestamptz,
    received_at timestamptz not null, unique (trial_id, act)
);
create table bulk (id uuid primary key, seq bigint not null, filter varchar not null, as_of_seq bigint not null, count integer not null, "by" varchar not null);
create table bulk_member (bulk_id uuid not null, instruction_id uuid not null, primary key (bulk_id, instruction_id));
create table study (id uuid not null, version integer not null, seq bigint not null, task varchar not null, criteria varchar not null, guidelines varchar not null, rng_seed bigint not null, primary key (id, version));
create table study_event (seq bigint primary key, study_id uuid not null, kind varchar not null, "by" varchar not null, reason varchar not null, received_at timestamptz not null);
create table study_prompt (id uuid primary key, study_id uuid not null, instruction_revision_id uuid not null, skill varchar, difficulty double, difficulty_by varchar);
create table candidate (id uuid primary key, study_id uuid not null, prompt_id uuid not null, system_id uuid not null, revision_id uuid not null);
create table judgment (
    seq bigint primary key, id uuid not null unique, trial_id uuid unique, person_id varchar, call_id uuid, note varchar, active_ms bigint,
    revises_id uuid, received_at timestamptz not null
);
create table judgment_value (judgment_id uuid not null, candidate_id uuid not null, criterion varchar not null, rank integer, score double, verdict varchar, primary key (judgment_id, candidate_id, criterion));
create table embedding (text_hash varchar not null, model varchar not null, vector float[] not null, primary key (text_hash, model));
create table projection_2d (set_hash varchar not null, text_hash varchar not null, x double not null, y double not null, cluster integer, primary key (set_hash, text_hash));
create table export (id uuid primary key, seq bigint not null, format varchar not null, filter varchar not null, as_of_seq bigint not null, sha256 varchar not null, "rows" bigint not null, "by" varchar not null);
create table sync (remote varchar not null, remote_id varchar not null, local_id uuid not null, pushed_seq bigint, pulled_hash varchar, primary key (remote, remote_id));
create table audit (seq bigint primary key, person_id varchar not null, act varchar not null, subject varchar not null, origin varchar not null, received_at timestamptz not null);

-- The one projection. Everything in it follows from the facts above: see instruction_state_from_facts.
create table instruction_state (
    id uuid primary key, run_status varchar, human_status varchar not null default 'undecided', set_aside boolean not null default false,
    n_decisions integer not null default 0, flagged boolean not null default false, revision_id uuid, response_id uuid,
    response_stale boolean not null default false, difficulty double, words_added integer, duplicate_group uuid, rule varchar
);

create view instruction_state_from_facts as
select
    i.id,
    case when i.kind = 'evolved' then coalesce(o.status, 'waiting') end as run_status,
    'undecided' as human_status, false as set_aside, 0 as n_decisions, false as flagged,
    r.revision_id, a.response_id, false as response_stale, d.difficulty, o.words_added, null::uuid as duplicate_group, o.rule
from instruction i
left join outcome o on o.instruction_id = i.id
left join (select of_id, arg_max(id, number) as revision_id from revision where "of" = 'instruction' group by of_id) r on r.of_id = i.id
left join (select instruction_id, arg_max(id, seq) as response_id from response group by instruction_id) a on a.instruction_id = i.id
left join (select subject_id, arg_max(value, seq) as difficulty from score where kind = 'difficulty' group by subject_id) d on d.subject_id = i.id;

create view last_seq as
select greatest(
    coalesce((select max(seq) from source), 0), coalesce((select max(seq) from run_event), 0), coalesce((select max(seq) from instruction), 0),
    coalesce((select max(seq) from revision), 0), coalesce((select max(seq) from response), 0), coalesce((select max(seq) from call), 0),
    coalesce((select max(seq) from rule_check), 0), coalesce((select max(seq) from outcome), 0), coalesce((select max(seq) from score), 0),
    coalesce((select max(seq) from label), 0), coalesce((select max(seq) from queue), 0), coalesce((select max(seq) from trial), 0),
    coalesce((select max(seq) from decision), 0), coalesce((select max(seq) from bulk), 0), coalesce((select max(seq) from study), 0),
    coalesce((select max(seq) from study_event), 0), coalesce((select max(seq) from judgment), 0), coalesce((select max(seq) from export), 0),
    coalesce((select max(seq) from audit), 0)
) as seq;

-- A run as a person sees it: its state is its last event.
create view run_now as
select r.*, e.kind as state, e.reason, e.received_at as state_since, e.seq as state_seq
from run r
left join (select run_id, arg_max(kind, seq) as kind, arg_max(reason, seq) as reason, arg_max(received_at, seq) as received_at, max(seq) as seq from run_event group by run_id) e
    on e.run_id = r.id;

-- What a run has cost: calls that timed out count at their worst case, because the server may have done the work.
create view run_spending as
select
    run_id, count(*) as calls, sum(coalesce(tokens_in, 0) + coalesce(tokens_out, 0)) as tokens_said,
    sum(case when tokens_in is not null and tokens_out is not null then tokens_in + tokens_out when error_kind in ('time_out') or error_kind is null then worst_tokens else 0 end) as tokens,
    sum(case when cost_usd is not null then cost_usd when error_kind in ('time_out') or error_kind is null then worst_cost_usd else 0 end) as usd,
    count(*) filter (error_kind is not null) as failed
from call group by run_id;

create view outcome_count as
select run_id, epoch, operation, status, rule, count(*) as n from outcome group by all;

create view check_count as
select run_id, epoch, operation, rule, verdict, count(*) as n from rule_check group by all;
