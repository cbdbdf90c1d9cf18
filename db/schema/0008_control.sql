-- By which the names are made up that probes ask for beside a host (store/decoy.h). Each database has its own.
ALTER TABLE probe_state ADD COLUMN secret BLOB NOT NULL DEFAULT x'00000000000000000000000000000000'
	CHECK (length(secret) = 16);
UPDATE probe_state SET secret = randomblob(16);

PRAGMA user_version = 8;
