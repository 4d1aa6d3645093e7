-- The same view: a response answers a text, not its number. An edit that was undone brings the old text back as a further revision,
-- and with it the response to it. Only where the numbers differ are texts compared, by their hashes; that is seldom.
create or replace view instruction_state_from_facts as
with below as (
    select distinct i.id from (select id, unnest(ancestors) as above from instruction) i
    join human_from_facts h on h.instruction_id = i.above and h.human_status = 'rejected'
), shown as (
    select of_id, arg_max(id, number) as revision_id from revision where "of" = 'instruction' group by of_id
), answered as (
    select instruction_id, arg_max(id, seq) as response_id, arg_max(instruction_revision_id, seq) as revision_id from response group by instruction_id
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
    i.id in (select instruction_id from flagged_from_facts) as flagged,
    r.revision_id, a.response_id,
    i.id in (select instruction_id from stale) as response_stale,
    d.difficulty, o.words_added, null::uuid as duplicate_group, o.rule
from instruction i
left join outcome o on o.instruction_id = i.id
left join human_from_facts h on h.instruction_id = i.id
left join shown r on r.of_id = i.id
left join answered a on a.instruction_id = i.id
left join (select subject_id, arg_max(value, seq) as difficulty from score where kind = 'difficulty' group by subject_id) d on d.subject_id = i.id;

insert or replace into instruction_state by name
select * from instruction_state_from_facts where id in (select id from instruction_state where response_stale);
