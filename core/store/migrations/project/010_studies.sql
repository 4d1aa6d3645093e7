-- Studies: blind judging of responses. No capability had written into these tables before, so they are made anew.
drop table study;
drop table study_event;
drop table study_prompt;
drop table candidate;
drop table judgment;
drop table judgment_value;

-- A study is one version: what has judgments is not edited, the next version is a study of its own that says what it came from.
create table study (
    id uuid primary key, seq bigint not null, name varchar not null, version integer not null, from_id uuid, "by" varchar not null,
    received_at timestamptz not null
);
-- Every saved design; the newest holds, and none may follow the opening.
create table study_design (seq bigint primary key, study_id uuid not null, design varchar not null, "by" varchar not null, received_at timestamptz not null);
create table study_event (
    seq bigint primary key, study_id uuid not null, kind varchar not null, subject varchar, reason varchar not null, "by" varchar not null,
    received_at timestamptz not null
);
create table study_prompt (
    id uuid primary key, seq bigint not null, study_id uuid not null, position integer not null, key varchar not null,
    instruction_id uuid not null, revision_id uuid not null, from_instruction_id uuid, seed_id uuid, skill varchar,
    author_difficulty double, model_difficulty double, epoch integer, operation varchar
);
create table candidate (
    id uuid primary key, seq bigint not null, study_id uuid not null, prompt_id uuid not null, system_id uuid, operation varchar,
    revision_id uuid not null
);
create table rater (
    study_id uuid not null, person_id varchar not null, seq bigint not null, kind varchar not null, name varchar not null, details varchar not null,
    primary key (study_id, person_id)
);
alter table trial add column prompt_id uuid;
alter table trial add column pilot boolean default false;

-- What was said in a trial; number 0 is the first answer, a revision has the next number. The highest holds.
create table judgment (
    seq bigint primary key, id uuid not null unique, trial_id uuid not null, number integer not null, outcome varchar not null, note varchar,
    call_id uuid, active_ms bigint, decided_at_browser timestamptz, received_at timestamptz not null
);
-- What was said of what stood at a position; trial_slot says what that was, and nobody else.
create table judgment_value (
    judgment_id uuid not null, position integer not null, criterion varchar not null, rank integer, score double, verdict varchar,
    primary key (judgment_id, position, criterion)
);

-- A study as people see it: its newest design, and the state that its last event of state says.
create view study_now as
select
    s.*, d.design, coalesce(e.kind, 'draft') as state, e.received_at as state_since,
    (select count(*) from study_prompt p where p.study_id = s.id and p.seq > coalesce(c.seq, 0)) as prompts
from study s
join (select study_id, arg_max(design, seq) as design from study_design group by study_id) d on d.study_id = s.id
left join (
    select study_id, arg_max(kind, seq) as kind, arg_max(received_at, seq) as received_at
    from study_event where kind in ('pilot', 'opened', 'closed') group by study_id
) e on e.study_id = s.id
left join (select study_id, max(seq) as seq from study_event where kind = 'prompts_cleared' group by study_id) c on c.study_id = s.id;

-- While a study is a draft its prompts may be replaced: what was added before the last clearing no longer counts.
create view study_prompt_now as
select p.* from study_prompt p
left join (select study_id, max(seq) as seq from study_event where kind = 'prompts_cleared' group by study_id) c on c.study_id = p.study_id
where p.seq > coalesce(c.seq, 0);

-- The same for the responses of one system (the event's subject).
create view candidate_now as
select d.* from candidate d
join study_prompt_now p on p.id = d.prompt_id
left join (select study_id, subject, max(seq) as seq from study_event where kind = 'system_cleared' group by study_id, subject) c
    on c.study_id = d.study_id and c.subject = d.system_id::varchar
where d.seq > coalesce(c.seq, 0);

create view judgment_now as
select j.* from judgment j
join (select trial_id, max(number) as number from judgment group by trial_id) n on n.trial_id = j.trial_id and n.number = j.number;

create or replace view last_seq as
select greatest(
    coalesce((select max(seq) from source), 0), coalesce((select max(seq) from run_event), 0), coalesce((select max(seq) from instruction), 0),
    coalesce((select max(seq) from revision), 0), coalesce((select max(seq) from response), 0), coalesce((select max(seq) from call), 0),
    coalesce((select max(seq) from rule_check), 0), coalesce((select max(seq) from outcome), 0), coalesce((select max(seq) from score), 0),
    coalesce((select max(seq) from label), 0), coalesce((select max(seq) from queue), 0), coalesce((select max(seq) from trial), 0),
    coalesce((select max(seq) from decision), 0), coalesce((select max(seq) from bulk), 0), coalesce((select max(seq) from study), 0),
    coalesce((select max(seq) from study_design), 0), coalesce((select max(seq) from study_event), 0), coalesce((select max(seq) from study_prompt), 0),
    coalesce((select max(seq) from candidate), 0), coalesce((select max(seq) from rater), 0), coalesce((select max(seq) from judgment), 0),
    coalesce((select max(seq) from export), 0), coalesce((select max(seq) from audit), 0)
) as seq;
