-- Every table keeps its record as JSON in `record`, which is what the program reads; the typed columns beside it are for
-- keys, indexes and reports. `json`, not `jsonb`: a record comes back as it was written.

-- Which schema the records have, and how far a move into this database has come.
CREATE TABLE meta (
    name  text COLLATE "C" PRIMARY KEY,
    value json NOT NULL
);
INSERT INTO meta VALUES ('schema', '1');

CREATE TABLE conversation (
    id       text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    -- When it was last heard of.
    touched  timestamptz,
    wake_at  timestamptz,
    record   json NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX conversation_wake ON conversation (wake_at, id) WHERE wake_at IS NOT NULL;

-- Handled events, remembered for a week.
CREATE TABLE event (
    conversation text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL,
    at           timestamptz NOT NULL,
    record       json NOT NULL,
    PRIMARY KEY (conversation, id)
);
CREATE INDEX event_at ON event (at);

CREATE TABLE ticket (
    id           text COLLATE "C" PRIMARY KEY,
    case_id      text COLLATE "C" NOT NULL,
    intent       text COLLATE "C" NOT NULL,
    form         text COLLATE "C" NOT NULL,
    title        text NOT NULL,
    agent        text COLLATE "C" NOT NULL,
    channel_kind text COLLATE "C" NOT NULL,
    filed_at     timestamptz NOT NULL,
    kip          text NOT NULL,
    begun_at     timestamptz,
    record       json NOT NULL
);
CREATE INDEX ticket_case ON ticket (case_id);
-- `ticket list`, alone and by what it filters.
CREATE INDEX ticket_filed ON ticket (filed_at DESC, id DESC) WHERE id = case_id;
CREATE INDEX ticket_agent ON ticket (agent, filed_at DESC, id DESC) WHERE id = case_id;
CREATE INDEX ticket_intent ON ticket (intent, filed_at DESC, id DESC) WHERE id = case_id;

-- How cases went on.
CREATE TABLE progress (
    serial   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id  text COLLATE "C" NOT NULL,
    status   text COLLATE "C" NOT NULL,
    external text,
    who      text COLLATE "C" NOT NULL,
    at       timestamptz NOT NULL,
    record   json NOT NULL
);
CREATE INDEX progress_case ON progress (case_id, at, serial);

CREATE TABLE question (
    serial       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL,
    text         text NOT NULL,
    intent       text COLLATE "C",
    confidence   double precision NOT NULL,
    decision     text COLLATE "C" NOT NULL,
    owner        text,
    channel_kind text COLLATE "C" NOT NULL,
    record       json NOT NULL
);
CREATE INDEX question_at ON question (at, serial);

CREATE TABLE audit (
    serial  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    who     text COLLATE "C" NOT NULL,
    what    text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    before  text,
    after   text,
    record  json NOT NULL
);
CREATE INDEX audit_at ON audit (at, serial);

-- Counts by hour, in parts: one row that every turn of every process adds to would have them wait for each other.
CREATE TABLE tally (
    hour  timestamptz NOT NULL,
    part  smallint NOT NULL,
    kind  text COLLATE "C" NOT NULL,
    name  text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (hour, part, kind, name)
) WITH (fillfactor = 70);

CREATE TABLE paper (
    shelf  text COLLATE "C" NOT NULL,
    id     text COLLATE "C" NOT NULL,
    record json NOT NULL,
    PRIMARY KEY (shelf, id)
);

-- How often leads changed what every process has in memory.
CREATE TABLE change (
    what   text COLLATE "C" PRIMARY KEY,
    number bigint NOT NULL
);
INSERT INTO change VALUES ('leads', 0);

-- Who has a part of the work, until when. Every takeover raises the epoch.
CREATE TABLE lease (
    name   text COLLATE "C" PRIMARY KEY,
    holder text COLLATE "C" NOT NULL,
    epoch  bigint NOT NULL,
    until  timestamptz NOT NULL
);

-- For reports: no agent's or customer's name, values as they may leave the team.
CREATE VIEW report_ticket AS
SELECT t.id, t.case_id, t.intent, t.form, t.title, t.channel_kind, t.filed_at, t.kip,
       t.filed_at - t.begun_at AS time_to_draft,
       coalesce(p.status, 'open') AS status, p.at AS status_at
FROM ticket t
LEFT JOIN LATERAL (
    SELECT status, at FROM progress
    WHERE progress.case_id = t.case_id ORDER BY at DESC, serial DESC LIMIT 1
) p ON true;

CREATE VIEW report_field AS
SELECT t.id AS ticket_id, entry.position, entry.value ->> 'field' AS field, entry.value ->> 'label' AS label,
       entry.value ->> 'masked' AS value
FROM ticket t, json_array_elements(t.record -> 'entries') WITH ORDINALITY AS entry (value, position);

-- Questions are masked before they are kept.
CREATE VIEW report_question AS
SELECT at, text, intent, confidence, decision, channel_kind FROM question;

CREATE VIEW report_audit AS
SELECT at, what, subject, before, after FROM audit;

CREATE VIEW report_tally AS
SELECT hour, kind, name, sum(count) AS count FROM tally GROUP BY hour, kind, name;
