drop table number_check, used_assertion, sign_in_delay, number_grant, session, client_employer, api_client, app_user; drop function tell_access_change;
