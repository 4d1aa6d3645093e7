-- Who took back what somebody else had said of a difficulty: read out of the few audits that say so, instead of asking each judgment's id of
-- all audits as text. The history asks it first, and said_log only for the entries that it shows.
create view score_taken_back as
select try_cast(subject as uuid) as id, person_id from audit where act = 'difficulty taken back';

create or replace view said_log as
select
    seq, id, trial_id, bulk_id, person_id, act, instruction_id, revision_id, verdict, reason, note, undoes_id, active_ms, received_at, origin,
    null::double as score
from decision
union all
select
    j.seq, j.id, j.trial_id, null::uuid, coalesce(a.person_id, t.person_id), case j.outcome when 'judged' then 'score' else 'undo' end,
    r.of_id, s.revision_id, null, null, j.note, u.id, j.active_ms, j.received_at, t.origin, v.score
from judgment j
join trial t on t.id = j.trial_id and t.kind = 'difficulty'
join trial_slot s on s.trial_id = t.id and s.position = 0
join revision r on r.id = s.revision_id
left join judgment_value v on v.judgment_id = j.id and v.position = 0 and v.criterion = 'difficulty'
left join judgment u on u.trial_id = j.trial_id and u.number = 0 and j.number = 1
left join score_taken_back a on a.id = j.id;
