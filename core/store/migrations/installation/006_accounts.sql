-- People who sign in. Nothing here opens a door by itself: of passwords the argon2id hash is kept, of links and sessions the SHA-256
-- of their token. What ended a session or used up a link is a fact of its own, and its primary key is what makes "once" true.
create table password (person_id varchar primary key, hash varchar not null, set_at timestamptz not null);
-- Somebody's name at a provider is the issuer and the subject there; a mail address may change hands.
create table identity (issuer varchar not null, subject varchar not null, person_id varchar not null, linked_at timestamptz not null, primary key (issuer, subject));
-- `proof`: the hash of the provider's word that began it, which begins nothing a second time.
create table session (
    id varchar primary key, person_id varchar not null, way varchar not null, browser varchar not null, address varchar not null,
    proof varchar unique, made_at timestamptz not null, expires_at timestamptz not null
);
create table session_end (session_id varchar primary key, "by" varchar not null, received_at timestamptz not null);
-- A link is for a person (a new password, the first owner) or for somebody who becomes one in this role.
create table link (
    id varchar primary key, kind varchar not null, role varchar not null, person_id varchar not null, note varchar not null,
    "by" varchar not null, made_at timestamptz not null, expires_at timestamptz not null
);
create table link_end (link_id varchar primary key, how varchar not null, "by" varchar not null, received_at timestamptz not null);
create view session_now as select * from session anti join session_end on session.id = session_end.session_id;
create view link_now as select * from link anti join link_end on link.id = link_end.link_id;
-- Who did what when, of everything that belongs to the installation. What is done in a project stands in its own file.
create table deed (
    seq bigint primary key, person_id varchar not null, act varchar not null, subject varchar not null, detail varchar not null,
    address varchar not null, received_at timestamptz not null
);
