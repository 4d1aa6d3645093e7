-- Projects as people keep them: files that lie elsewhere, and those that were put away. A file in the folder of projects
-- needs no row until something is to be remembered of it. `name` is what it was called when it was last seen.
create table project_place (slug varchar primary key, path varchar, name varchar not null, archived_at timestamptz);
