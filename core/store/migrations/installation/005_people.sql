-- People are listed from the start: on this machine one owner is there before anybody else is. Names are told apart whatever their case.
insert into person (id, name, role, active, created_at) values ('local', 'You', 'owner', true, now()) on conflict do nothing;
