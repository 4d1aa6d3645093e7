-- A seed as a choice of seeds sees it: its place, its import, and the skill that was said of it last ("" for none).
create view seed_now as
select i.id, i.position, i.source_id, coalesce(l.skill, '') as skill
from instruction i
left join (select instruction_id, arg_max(value, seq) as skill from label where kind = 'skill' group by instruction_id) l
    on l.instruction_id = i.id
where i.kind = 'seed';
