drop table strongroom.key_store_bond;
