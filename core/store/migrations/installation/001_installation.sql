-- What belongs to this installation and not to one project: people, endpoints, settings.
create table person (id varchar primary key, name varchar not null, role varchar not null, active boolean not null default true, created_at timestamptz not null);
-- Keys are never stored: only the NAME of the environment variable that holds one.
create table endpoint (
    name varchar primary key, base_url varchar not null, model varchar not null, key_env varchar, input_usd double, output_usd double,
    in_flight integer not null, timeout_s double not null, supports_schema boolean not null, supports_logprobs boolean not null
);
create table setting (name varchar primary key, value varchar not null);
