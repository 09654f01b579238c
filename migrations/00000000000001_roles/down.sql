revoke usage on schema public from kenpo_service, kenpo_sequencer, kenpo_strongroom;
