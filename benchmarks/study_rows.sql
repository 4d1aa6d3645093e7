-- A large ranking study in whole tables. n_about, n_rater, n_system, n_skill, n_operation and n_word are there before.
-- The better a system, and the luckier its text with this person, the better its rank. Utilities are rounded, so some tie.
create temp table n_prompt as
select p.nth as nth, md5(a.study || 'p' || p.nth)::uuid as id, md5(a.study || 'i' || p.nth)::uuid as instruction_id, md5(a.study || 'ir' || p.nth)::uuid as revision_id
from n_about a, unnest(range(a.n)) as p(nth);
create temp table n_text as
select p.nth, s.nth as system, md5(a.study || 'a' || p.nth || '.' || s.nth)::uuid as id, md5(a.study || 'ar' || p.nth || '.' || s.nth)::uuid as revision_id,
    md5(a.study || 'c' || p.nth || '.' || s.nth)::uuid as candidate_id, 60 + (hash(p.nth, s.nth, 'words') % 120)::integer as words
from n_about a, n_prompt p, n_system s;
create temp table n_said as
select nth, rater, system, dense_rank() over (partition by nth, rater order by u desc) as rank,
    (row_number() over (partition by nth, rater order by system) - 1 + nth + rater) % 4 as position
from (
    select p.nth, r.nth as rater, s.nth as system,
        round(2.5 * (s.nth * -0.35 + (hash(p.nth, s.nth) % 1000) / 700.0 + (hash(p.nth, s.nth, r.nth) % 1000) / 600.0)) as u
    from n_prompt p, n_rater r, n_system s
);
insert into instruction by name
select p.instruction_id as id, a.seq, 'prompt' as kind, p.instruction_id as seed_id, []::uuid[] as ancestors, 0 as epoch, 0 as depth, 0 as child_number, p.nth as position
from n_about a, n_prompt p;
insert into instruction_state (id, revision_id) select instruction_id, revision_id from n_prompt;
insert into revision by name
select revision_id as id, a.seq, 'instruction' as "of", instruction_id as of_id, 0 as number, t.text, sha256(t.text) as text_hash, 30 as words, 'local' as "by"
from n_about a, n_prompt p, lateral (
    select string_agg(w.word, ' ' order by k.nth) as text from unnest(range(30)) as k(nth) join n_word w on w.nth = (hash(p.nth, k.nth) % 20)::integer
) t;
insert into study_prompt by name
select p.id, a.seq, a.study::uuid as study_id, p.nth as position, (p.nth + 1)::varchar as key, p.instruction_id, p.revision_id,
    md5(a.study || 's' || p.nth // 4)::uuid as seed_id, k.name as skill, 1 + p.nth * 7 % 10 as author_difficulty, 1 + p.nth * 3 % 10 as model_difficulty,
    p.nth % 5 as epoch, case when p.nth % 5 > 0 then o.name end as operation
from n_about a, n_prompt p
join n_skill k on k.nth = (hash(p.nth, 'skill') % (select count(*) from n_skill))::integer
join n_operation o on o.nth = (hash(p.nth, 'operation') % (select count(*) from n_operation))::integer;
insert into response by name
select t.id, a.seq, p.instruction_id, p.revision_id as instruction_revision_id, s.id as system_id
from n_about a, n_text t join n_prompt p on p.nth = t.nth join n_system s on s.nth = t.system;
insert into revision by name
select t.revision_id as id, a.seq, 'response' as "of", t.id as of_id, 0 as number, x.text, sha256(x.text) as text_hash, t.words, s.id::varchar as "by"
from n_about a, n_text t join n_system s on s.nth = t.system, lateral (
    select string_agg(w.word, ' ' order by k.nth) as text from unnest(range(180)) as k(nth) join n_word w on w.nth = (hash(t.nth, t.system, k.nth) % 20)::integer
    where k.nth < t.words
) x;
insert into candidate by name
select t.candidate_id as id, a.seq, a.study::uuid as study_id, p.id as prompt_id, s.id as system_id, t.revision_id
from n_about a, n_text t join n_prompt p on p.nth = t.nth join n_system s on s.nth = t.system;
insert into trial by name
select md5(a.study || 't' || p.nth || '.' || r.nth)::uuid as id, a.seq, 'rank' as kind, r.id as person_id, a.study::uuid as study_id, 'fresh' as origin, p.id as prompt_id, false as pilot
from n_about a, n_prompt p, n_rater r;
insert into trial_slot by name
select md5(a.study || 't' || d.nth || '.' || d.rater)::uuid as trial_id, d.position::integer as position, t.revision_id, t.candidate_id
from n_about a, n_said d join n_text t on t.nth = d.nth and t.system = d.system;
insert into judgment by name
select a.seq + row_number() over (order by p.nth, r.nth) as seq, md5(a.study || 'j' || p.nth || '.' || r.nth)::uuid as id, md5(a.study || 't' || p.nth || '.' || r.nth)::uuid as trial_id,
    0 as number, 'judged' as outcome, 8000 + (hash(p.nth, r.nth, 'ms') % 60000)::bigint as active_ms, a.began as received_at
from n_about a, n_prompt p, n_rater r;
insert into judgment_value by name
select md5(a.study || 'j' || d.nth || '.' || d.rater)::uuid as judgment_id, d.position::integer as position, 'overall' as criterion, d.rank::integer as rank
from n_about a, n_said d;
drop table n_said; drop table n_text; drop table n_prompt;
drop table n_about; drop table n_rater; drop table n_system; drop table n_skill; drop table n_operation; drop table n_word;
