-- Each item of an identity is recorded by itself and holds until it is recorded again: a piece says which items begin with it.
alter table person_identity add states text[] not null default '{}'
  check (states <@ array['name', 'sex', 'resident_address', 'contact']);
comment on column person_identity.states is 'Items that were recorded as holding from valid_from on; the others go on from the piece before';

-- For what is known already it is derived from the piece before; no recorded value changes.
alter table person_identity disable trigger keep_history;
update person_identity i set states = s.states
  from (select row_id, array_remove(array[
            case when (name, name_kana) is distinct from (lag(name) over w, lag(name_kana) over w) then 'name' end,
            case when sex is distinct from lag(sex, 1, 'unset') over w then 'sex' end,
            case when (resident_postal_code, resident_address, resident_address_kana) is distinct from
                      (lag(resident_postal_code) over w, lag(resident_address) over w, lag(resident_address_kana) over w)
                 then 'resident_address' end,
            case when (contact_postal_code, contact_address, phone) is distinct from
                      (lag(contact_postal_code) over w, lag(contact_address) over w, lag(phone) over w)
                 then 'contact' end], null) as states
        from person_identity where superseded_at is null window w as (partition by person_id order by valid_from)) s
  where i.row_id = s.row_id;
alter table person_identity enable trigger keep_history;
