-- Where the studio connects beside the public internet, and which key it sends where: what owners said. `what` is "near" (the address may
-- be one of this machine or its network) or the NAME of a key, "env:NAME" or "secret:NAME". Endpoints that were set up before go on working.
create table destination (
    origin varchar not null, what varchar not null, "by" varchar not null, received_at timestamptz not null, primary key (origin, what)
);
insert into destination
select distinct lower(regexp_extract(base_url, '^https?://[^/?#]+', 0, 'i')), what, 'local', now()
from (
    select base_url, 'near' as what from endpoint
    union all select base_url, 'env:' || key_env from endpoint where key_env is not null
    union all select base_url, 'secret:' || key_secret from endpoint where key_secret is not null
);
