-- Endpoints in full: where the key is found, limits a minute, sampling, whether a seed is taken; what a test found; pools.
-- Still only the NAME of a key: `key_secret` names an entry of Streamlit's secrets.toml.
alter table endpoint add column key_secret varchar;
alter table endpoint add column requests_per_min integer;
alter table endpoint add column tokens_per_min integer;
alter table endpoint add column temperature double;
alter table endpoint add column top_p double;
alter table endpoint add column max_tokens integer;
alter table endpoint add column supports_seed boolean default true;
create table endpoint_report (endpoint varchar primary key, report varchar not null);
create table pool (name varchar not null, position integer not null, endpoint varchar not null, weight double not null, primary key (name, position));
