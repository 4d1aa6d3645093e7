-- Argilla: queues and studies that people answer there. Nothing had ever written into the table that was planned for this.
drop table sync;

-- One dataset on a server that stands for a queue or a study here. Only the NAME of the token is kept.
create table argilla_link (
    id uuid primary key, seq bigint not null, what varchar not null, subject_id uuid not null, url varchar not null, workspace varchar not null,
    dataset varchar not null, key_env varchar, key_secret varchar, "by" varchar not null, received_at timestamptz not null
);
-- What happened to it: made, pushed, pulled, failed, every (minutes), ended. The last of a kind holds.
create table argilla_event (
    seq bigint primary key, link_id uuid not null, kind varchar not null, detail varchar not null, "by" varchar not null, received_at timestamptz not null
);
-- What is to stand there, written before it is sent: a text with what it was shown with. `shown` are the candidates of a study in the
-- order that was drawn for it; it never leaves this file.
create table argilla_record (
    id uuid primary key, seq bigint not null, link_id uuid not null, subject_id uuid not null, revision_id uuid not null,
    response_revision_id uuid, shown uuid[] not null, pilot boolean not null, received_at timestamptz not null
);
-- The server has taken it, under an id of its own, with this text (its hash).
create table argilla_sent (record_id uuid primary key, seq bigint not null, remote_id varchar not null, hash varchar not null);
-- Every answer that was ever seen there, each time that it was another one than before; and what became of it here.
create table argilla_answer (
    id uuid primary key, seq bigint not null, record_id uuid not null, response_id varchar not null, number integer not null,
    user_id varchar not null, came varchar not null, said varchar not null, hash varchar not null, said_at timestamptz,
    became varchar not null, why varchar not null, decision_id uuid, edit_id uuid, received_at timestamptz not null
);

create view argilla_answer_now as
select a.* from argilla_answer a
join (select response_id, max(number) as number from argilla_answer group by response_id) n on n.response_id = a.response_id and n.number = a.number;

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
    coalesce((select max(seq) from argilla_link), 0), coalesce((select max(seq) from argilla_event), 0), coalesce((select max(seq) from argilla_record), 0),
    coalesce((select max(seq) from argilla_sent), 0), coalesce((select max(seq) from argilla_answer), 0),
    coalesce((select max(seq) from export), 0), coalesce((select max(seq) from audit), 0)
) as seq;
