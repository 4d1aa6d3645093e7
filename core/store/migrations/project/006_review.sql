-- Review: what people decide, and what follows from it. No capability had written into these tables before, so they are made anew.
drop table decision;
create table decision (
    seq bigint primary key, id uuid not null unique, trial_id uuid, bulk_id uuid, person_id varchar not null, act varchar not null,
    instruction_id uuid, revision_id uuid, verdict varchar, reason varchar, note varchar, undoes_id uuid, origin varchar not null default 'fresh',
    active_ms bigint, decided_at_browser timestamptz, received_at timestamptz not null
);
drop table bulk_member;
create table bulk_member (bulk_id uuid not null, instruction_id uuid not null, revision_id uuid, primary key (bulk_id, instruction_id));
drop table queue;
create table queue (
    id uuid primary key, seq bigint not null, name varchar not null, filter varchar not null, sort varchar not null, overlap integer not null,
    overlap_share double not null, blind boolean not null, audit_share double not null, repeat_share double not null,
    adjudicates boolean not null, archived boolean not null
);

-- One person's verdict on one instruction that holds now: the second projection. Everything in it follows from the decisions.
create table standing (
    instruction_id uuid not null, person_id varchar not null, kind varchar not null, seq bigint not null, decision_id uuid not null,
    verdict varchar not null, reason varchar, revision_id uuid, primary key (instruction_id, person_id, kind)
);

-- A verdict counts unless it was taken back, or was asked for a second time only to see whether it would be the same.
create view verdict_fact as
with kept as (
    select * from decision
    where verdict is not null and origin <> 'repeat' and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null)
), placed as (
    select seq, id, person_id, act, verdict, reason, instruction_id, revision_id from kept where bulk_id is null
    union all
    select k.seq, k.id, k.person_id, k.act, k.verdict, k.reason, m.instruction_id, m.revision_id
    from kept k join bulk_member m on m.bulk_id = k.bulk_id
)
select seq, id as decision_id, person_id, case when act = 'adjudicate' then 'adjudicated' else 'own' end as kind, verdict, reason, instruction_id, revision_id
from placed;

create view standing_from_facts as
select instruction_id, person_id, kind, newest.seq, newest.decision_id, newest.verdict, newest.reason, newest.revision_id
from (
    select
        instruction_id, person_id, kind,
        arg_max({'seq': seq, 'decision_id': decision_id, 'verdict': verdict, 'reason': reason, 'revision_id': revision_id}, seq) as newest
    from verdict_fact group by instruction_id, person_id, kind
);

-- docs/decisions/006-consensus.md. Votes are what stands now; an adjudicator's verdict prevails under every rule.
create macro consensus_of(consensus_rule, accepts, rejects, first_verdict, adjudicated) as case
    when adjudicated is not null then adjudicated || 'ed'
    when accepts + rejects = 0 then 'undecided'
    when rejects = 0 then 'accepted'
    when accepts = 0 then 'rejected'
    when consensus_rule = 'first' then first_verdict || 'ed'
    when consensus_rule = 'majority' and accepts > rejects then 'accepted'
    when consensus_rule = 'majority' and rejects > accepts then 'rejected'
    when consensus_rule = 'unanimous' then 'rejected'
    else 'disputed' end;

create view human_now as
select
    instruction_id,
    consensus_of(
        (select consensus_rule from project), count(*) filter (kind = 'own' and verdict = 'accept'), count(*) filter (kind = 'own' and verdict = 'reject'),
        arg_min(verdict, seq) filter (kind = 'own'), arg_max(verdict, seq) filter (kind = 'adjudicated')
    ) as human_status,
    count(distinct person_id) as n_decisions
from standing group by instruction_id;

create view human_from_facts as
select
    instruction_id,
    consensus_of(
        (select consensus_rule from project), count(*) filter (kind = 'own' and verdict = 'accept'), count(*) filter (kind = 'own' and verdict = 'reject'),
        arg_min(verdict, seq) filter (kind = 'own'), arg_max(verdict, seq) filter (kind = 'adjudicated')
    ) as human_status,
    count(distinct person_id) as n_decisions
from standing_from_facts group by instruction_id;

create view flagged_from_facts as
select distinct instruction_id from decision
where act = 'flag' and id not in (select undoes_id from decision where act = 'undo' and undoes_id is not null);

-- Set aside: nobody has decided it, and people rejected something that it grew from. Derived, so an undo has nothing to restore.
create or replace view instruction_state_from_facts as
with below as (
    select distinct i.id from instruction i, unnest(i.ancestors) as above(id)
    join human_from_facts h on h.instruction_id = above.id and h.human_status = 'rejected'
)
select
    i.id,
    case when i.kind = 'evolved' then coalesce(o.status, 'waiting') end as run_status,
    coalesce(h.human_status, 'undecided') as human_status,
    coalesce(h.human_status, 'undecided') = 'undecided' and i.id in (select id from below) as set_aside,
    coalesce(h.n_decisions, 0)::integer as n_decisions,
    i.id in (select instruction_id from flagged_from_facts) as flagged,
    r.revision_id, a.response_id,
    coalesce(a.revision_id <> r.revision_id, false) as response_stale,
    d.difficulty, o.words_added, null::uuid as duplicate_group, o.rule
from instruction i
left join outcome o on o.instruction_id = i.id
left join human_from_facts h on h.instruction_id = i.id
left join (select of_id, arg_max(id, number) as revision_id from revision where "of" = 'instruction' group by of_id) r on r.of_id = i.id
left join (select instruction_id, arg_max(id, seq) as response_id, arg_max(instruction_revision_id, seq) as revision_id from response group by instruction_id) a
    on a.instruction_id = i.id
left join (select subject_id, arg_max(value, seq) as difficulty from score where kind = 'difficulty' group by subject_id) d on d.subject_id = i.id;
