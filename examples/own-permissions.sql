-- Tables of examples/own-permissions.ts: the host's own users, API keys and memberships.
create schema accounts;

create table accounts.person (
  id integer generated always as identity primary key,
  uuid uuid not null unique default gen_random_uuid(),
  full_name text not null,
  is_operator boolean not null default false
);

-- Keys are stored as hashes, so that nobody can sign in with the content of this table.
create table accounts.api_key (
  hash bytea primary key,
  person_id integer not null references accounts.person (id)
);

create table accounts.membership (
  person_id integer not null references accounts.person (id),
  project_id integer not null,
  may_order boolean not null default false,
  primary key (person_id, project_id)
);

-- The plugin reads the user who requested a migration from core_user, as Waldur names it. A view is enough.
create view core_user as
select id, uuid, full_name as first_name, ''::varchar as last_name from accounts.person;
