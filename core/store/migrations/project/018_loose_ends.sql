-- What refers to something that is not there, by what it is and how often. Nothing that the studio writes does so: a row here means
-- that the file was damaged, or changed by something else.
create view loose_end as
select 'texts without their instruction' as what, count(*) as n from (select of_id from revision where "of" = 'instruction') r anti join instruction i on i.id = r.of_id
union all select 'texts without their response', count(*) from (select of_id from revision where "of" = 'response') r anti join response p on p.id = r.of_id
union all select 'responses without their instruction', count(*) from response r anti join instruction i on i.id = r.instruction_id
union all select 'outcomes without their instruction', count(*) from outcome o anti join instruction i on i.id = o.instruction_id
union all select 'children without their parent', count(*) from (select parent_id from instruction where parent_id is not null) c anti join instruction i on i.id = c.parent_id
union all select 'decisions without their instruction', count(*) from (select instruction_id from decision where instruction_id is not null) d anti join instruction i on i.id = d.instruction_id
union all select 'decisions on many without their list', count(*) from bulk_member m anti join bulk b on b.id = m.bulk_id
union all select 'answers without what was shown', count(*) from judgment j anti join trial t on t.id = j.trial_id
union all select 'values without their answer', count(*) from judgment_value v anti join judgment j on j.id = v.judgment_id
union all select 'candidates without their prompt', count(*) from candidate c anti join study_prompt p on p.id = c.prompt_id
union all select 'points without their map', count(*) from map_point p anti join map m on m.id = p.map_id;
