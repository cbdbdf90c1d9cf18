-- Sinks are told not only of alerts: what the service finds wrong with itself (a silent mirror port, packets lost,
-- a probing run that stalls) goes the same way, without an alert behind it.
CREATE TABLE outbox_new (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	sink TEXT NOT NULL,
	alert INTEGER REFERENCES alert_alert, -- NULL: an event of the service's own
	payload TEXT NOT NULL,
	made INTEGER NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	tried INTEGER,
	error TEXT,
	delivered INTEGER
) STRICT;
INSERT INTO outbox_new SELECT id, sink, alert, payload, made, tries, tried, error, delivered FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_pending ON outbox (sink, id) WHERE delivered IS NULL;
CREATE INDEX outbox_event ON outbox (id) WHERE alert IS NULL;

PRAGMA user_version = 3;
