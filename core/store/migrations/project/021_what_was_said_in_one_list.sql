-- Everything that people said of the dataset's own items, in the order of the log: decisions, and how difficult they found a text.
-- A score that was taken back has a void judgment after it; who did that, if it was somebody else, stands in the audit.
create view said_log as
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
left join audit a on a.act = 'difficulty taken back' and a.subject = j.id::varchar;
