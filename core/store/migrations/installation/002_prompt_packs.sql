-- Prompt packs that people made. A content is kept for ever under its hash; what became of a name is a list of facts, and its
-- newest version is the last of them.
create table prompt_pack (hash varchar primary key, files varchar not null);
create table prompt_pack_event (
    seq bigint primary key, name varchar not null, act varchar not null, hash varchar not null, from_hash varchar, "by" varchar not null,
    received_at timestamptz not null
);
create view prompt_pack_now as
select name, arg_max(act, seq) as act, arg_max(hash, seq) as hash, count(distinct hash) as versions, max(seq) as seq, max(received_at) as received_at
from prompt_pack_event group by name;
