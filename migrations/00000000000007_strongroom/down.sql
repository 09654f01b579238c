drop schema strongroom cascade;
