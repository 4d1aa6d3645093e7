-- Maps of what texts say. A map keeps who stood where and with which text, so that it stays as it was drawn; what an instruction
-- is by now (its status, people's verdict) is looked up. Nothing had ever written into the table that was planned for it.
drop table projection_2d;

-- `filter` is JSON ('' for everything), `set_hash` of the texts and of all that decides their places: equal ones give equal maps.
-- `n` instructions stand on it; `drawn` texts were laid out, the others placed beside those; `left_out` have no embedding.
create table map (
    id uuid primary key, seq bigint not null, name varchar not null, filter varchar not null, model varchar not null,
    n bigint not null, drawn bigint not null, left_out bigint not null, clusters integer not null, perplexity double not null,
    rng_seed bigint not null, set_hash varchar not null, "by" varchar not null, made_at timestamptz not null
);
create table map_point (
    map_id uuid not null, instruction_id uuid not null, revision_id uuid not null, x float not null, y float not null, cluster integer not null
);
-- `words` tell it from the other clusters; x and y are its middle on the map, `typical` the instructions nearest to what it is about.
create table map_cluster (
    map_id uuid not null, cluster integer not null, n bigint not null, words varchar[] not null, typical uuid[] not null,
    x double not null, y double not null, primary key (map_id, cluster)
);
-- What somebody, or a model, called a cluster; the last one holds.
create table cluster_name (id uuid primary key, seq bigint not null, map_id uuid not null, cluster integer not null, name varchar not null, "by" varchar not null);

-- What was picked out on a map by hand.
create table selection (
    id uuid primary key, seq bigint not null, name varchar not null, map_id uuid not null, n bigint not null, "by" varchar not null,
    made_at timestamptz not null
);
create table selection_member (selection_id uuid not null, instruction_id uuid not null, primary key (selection_id, instruction_id));

create view map_cluster_now as
select c.*, coalesce(n.name, '') as name, n.named_by
from map_cluster c
left join (select map_id, cluster, arg_max(name, seq) as name, arg_max("by", seq) as named_by from cluster_name group by map_id, cluster) n
    on n.map_id = c.map_id and n.cluster = c.cluster;

create or replace view last_seq as
select greatest(
    coalesce((select max(seq) from source), 0), coalesce((select max(seq) from run_event), 0), coalesce((select max(seq) from instruction), 0),
    coalesce((select max(seq) from revision), 0), coalesce((select max(seq) from response), 0), coalesce((select max(seq) from call), 0),
    coalesce((select max(seq) from rule_check), 0), coalesce((select max(seq) from outcome), 0), coalesce((select max(seq) from score), 0),
    coalesce((select max(seq) from label), 0), coalesce((select max(seq) from queue), 0), coalesce((select max(seq) from trial), 0),
    coalesce((select max(seq) from decision), 0), coalesce((select max(seq) from bulk), 0), coalesce((select max(seq) from study), 0),
    coalesce((select max(seq) from study_design), 0), coalesce((select max(seq) from study_event), 0), coalesce((select max(seq) from study_prompt), 0),
    coalesce((select max(seq) from candidate), 0), coalesce((select max(seq) from rater), 0), coalesce((select max(seq) from judgment), 0),
    coalesce((select max(seq) from map), 0), coalesce((select max(seq) from cluster_name), 0), coalesce((select max(seq) from selection), 0),
    coalesce((select max(seq) from export), 0), coalesce((select max(seq) from audit), 0)
) as seq;
