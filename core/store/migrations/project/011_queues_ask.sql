-- What a queue asks of people: a verdict, or how difficult the instruction is by its text alone. What is said of difficulty is a judgment.
alter table queue add column asks varchar default 'verdict';

-- What each person says now of how difficult a text is, 1 to 10. What was taken back has a newer answer that is void.
create view difficulty_said as
select
    t.person_id, s.revision_id, arg_max(v.score, j.seq) as score, arg_max(t.queue_id, j.seq) as queue_id,
    arg_max(j.active_ms, j.seq) as active_ms, max(j.received_at) as received_at
from trial t
join trial_slot s on s.trial_id = t.id and s.position = 0
join judgment_now j on j.trial_id = t.id and j.outcome = 'judged'
join judgment_value v on v.judgment_id = j.id and v.position = 0 and v.criterion = 'difficulty'
where t.kind = 'difficulty'
group by t.person_id, s.revision_id;

-- How many people an item needs. An overlap may be for a share of the items only; the others need one person. Which ones follows
-- from the id: its number modulo 1,000, from its two halves (2**64 leaves 616), because a division of 128 bits takes 7 µs a row.
create macro people_needed(item, overlap, overlap_share) as case when (
    (item::uhugeint >> 64)::ubigint % 1000 * 616 + (item::uhugeint & 18446744073709551615)::ubigint % 1000
) % 1000 < 1000 * overlap_share then overlap else 1 end;
