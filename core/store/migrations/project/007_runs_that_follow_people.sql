-- A seed of a run as a gate sees it: its newest epoch, what people have not settled, and what is drawn and not decided by the machine.
create view gate_seed as
select
    i.run_id, i.seed_id, max(i.epoch) as newest,
    count(*) filter (s.run_status = 'survived' and s.human_status in ('undecided', 'disputed') and not s.set_aside) as undecided,
    count(*) filter (s.run_status = 'waiting' and not s.set_aside) as open
from instruction i join instruction_state s on s.id = i.id
where i.kind = 'evolved' group by i.run_id, i.seed_id;

-- Whether the next draws of a run follow what people accept: a fact of its own ("steering", its reason says how), which says
-- nothing of the run's state, as "caps" does not. The newest holds.
create or replace view run_now as
select r.*, e.kind as state, e.reason, e.received_at as state_since, e.seq as state_seq, e.caps, e.steering
from run r
left join (
    select
        run_id, arg_max(kind, seq) filter (kind not in ('caps', 'steering')) as kind,
        arg_max(reason, seq) filter (kind not in ('caps', 'steering')) as reason,
        arg_max(received_at, seq) filter (kind not in ('caps', 'steering')) as received_at,
        max(seq) filter (kind not in ('caps', 'steering')) as seq,
        arg_max(reason, seq) filter (kind = 'caps') as caps, arg_max(reason, seq) filter (kind = 'steering') as steering
    from run_event group by run_id
) e on e.run_id = r.id;
