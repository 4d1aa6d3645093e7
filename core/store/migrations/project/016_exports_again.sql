-- What was taken out can be taken out again, byte for byte: with which options, by which rule of consensus and with which software it
-- was made, and what the log said then. Exports from before this say nothing of their options ('').
alter table export add column options varchar default '';
alter table export add column software varchar default '';

-- The log as it was up to a number. Each says of its own table's facts what the view or projection without `_until` says of all.
create macro decision_until(until) as table select * from decision where seq <= until;

create macro seed_until(until) as table
select i.id, i.position, i.source_id, coalesce(l.skill, '') as skill
from instruction i
left join (select instruction_id, arg_max(value, seq) as skill from label where kind = 'skill' and seq <= until group by instruction_id) l
    on l.instruction_id = i.id
where i.kind = 'seed' and i.seq <= until;

create macro standing_until(until) as table
with kept as (
    select * from decision
    where seq <= until and verdict is not null and origin <> 'repeat'
        and id not in (select undoes_id from decision where seq <= until and act = 'undo' and undoes_id is not null)
), placed as (
    select seq, id, person_id, act, verdict, reason, instruction_id, revision_id from kept where bulk_id is null
    union all
    select k.seq, k.id, k.person_id, k.act, k.verdict, k.reason, m.instruction_id, m.revision_id
    from kept k join bulk_member m on m.bulk_id = k.bulk_id
), said as (
    select
        instruction_id, person_id, case when act = 'adjudicate' then 'adjudicated' else 'own' end as kind,
        arg_max({'seq': seq, 'decision_id': id, 'verdict': verdict, 'reason': reason, 'revision_id': revision_id}, seq) as newest
    from placed group by all
)
select instruction_id, person_id, kind, newest.seq, newest.decision_id, newest.verdict, newest.reason, newest.revision_id from said;

create macro state_until(until, rule_then) as table
with human as (
    select
        instruction_id,
        consensus_of(
            any_value(rule_then), count(*) filter (kind = 'own' and verdict = 'accept'), count(*) filter (kind = 'own' and verdict = 'reject'),
            arg_min(verdict, seq) filter (kind = 'own'), arg_max(verdict, seq) filter (kind = 'adjudicated')
        ) as human_status,
        count(distinct person_id) as n_decisions
    from standing_until(until) group by instruction_id
), below as (
    select distinct i.id from (select id, unnest(ancestors) as above from instruction where seq <= until) i
    join human h on h.instruction_id = i.above and h.human_status = 'rejected'
), flagged as (
    select distinct instruction_id from decision
    where seq <= until and act = 'flag'
        and id not in (select undoes_id from decision where seq <= until and act = 'undo' and undoes_id is not null)
), shown as (
    select of_id, arg_max(id, number) as revision_id from revision where "of" = 'instruction' and seq <= until group by of_id
), answered as (
    select instruction_id, arg_max(id, seq) as response_id, arg_max(instruction_revision_id, seq) as revision_id
    from response where seq <= until group by instruction_id
), stale as (
    select a.instruction_id from answered a
    join shown r on r.of_id = a.instruction_id and r.revision_id <> a.revision_id
    join revision before on before.id = a.revision_id join revision after on after.id = r.revision_id
    where before.text_hash <> after.text_hash
)
select
    i.id,
    case when i.kind = 'evolved' then coalesce(o.status, 'waiting') end as run_status,
    coalesce(h.human_status, 'undecided') as human_status,
    coalesce(h.human_status, 'undecided') = 'undecided' and i.id in (select id from below) as set_aside,
    coalesce(h.n_decisions, 0)::integer as n_decisions,
    i.id in (select instruction_id from flagged) as flagged,
    r.revision_id, a.response_id,
    i.id in (select instruction_id from stale) as response_stale,
    d.difficulty, o.words_added, null::uuid as duplicate_group, o.rule
from instruction i
left join outcome o on o.instruction_id = i.id and o.seq <= until
left join human h on h.instruction_id = i.id
left join shown r on r.of_id = i.id
left join answered a on a.instruction_id = i.id
left join (select subject_id, arg_max(value, seq) as difficulty from score where kind = 'difficulty' and seq <= until group by subject_id) d
    on d.subject_id = i.id
where i.seq <= until;

create macro failed_until(until) as table
select instruction_id, rule, verdict from rule_check where seq <= until and verdict = 'fail';

create macro said_until(until) as table
select t.person_id, s.revision_id, arg_max(v.score, j.seq) as score
from trial t
join trial_slot s on s.trial_id = t.id and s.position = 0
join (select trial_id, arg_max(id, number) as id from judgment where seq <= until group by trial_id) n on n.trial_id = t.id
join judgment j on j.id = n.id and j.outcome = 'judged'
join judgment_value v on v.judgment_id = j.id and v.position = 0 and v.criterion = 'difficulty'
where t.kind = 'difficulty'
group by t.person_id, s.revision_id;
