update app_user u set is_active = not exists (select from user_lock l where l.user_id = u.id and l.released_at is null);
update app_user u set display_name = e.display_name, section = e.section, purposes = e.purposes, scopes = e.scopes,
    valid_from = (e.valid_from at time zone 'Asia/Tokyo')::date, valid_until = (e.valid_until at time zone 'Asia/Tokyo')::date - 1
  from (select distinct on (user_id) * from user_entry where superseded_at is null
    order by user_id, valid_from > now(), abs(extract(epoch from valid_from - now()))) e where e.user_id = u.id;
update app_user u set number_from = p.valid_from, number_until = p.valid_until
  from (select u.id, p.valid_from, p.valid_until from app_user u left join lateral (select * from user_privilege p where p.user_id = u.id
    and p.superseded_at is null and (p.valid_until is null or p.valid_until > now()) order by p.valid_from limit 1) p on true) p where p.id = u.id;
drop table user_lock;
drop table user_privilege;
drop table user_entry;
delete from app_user where section is null or password_hash is null;
alter table app_user alter column display_name set not null, alter column section set not null, alter column valid_from set not null,
  alter column password_hash set not null;
comment on table app_user is 'ユーザ管理簿 (R-140, R-141): people only';
comment on column app_user.password_hash is null;
