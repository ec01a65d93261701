/**
 * The tables, step by step. A step that was released never changes; a new one is added at the end. Times are milliseconds
 * since the epoch; names are folded as the network folds them.
 *
 * @module
 */

/** Each brings the tables from one version to the next. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

  -- Where things are said: "#channel", two identities, or "$*".
  CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    since INTEGER NOT NULL DEFAULT 0,
    is_closed INTEGER NOT NULL DEFAULT 0,
    keep_count INTEGER,
    keep_ms INTEGER
  ) STRICT;
  CREATE TABLE ends (
    identity TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    PRIMARY KEY (identity, conversation)
  ) STRICT, WITHOUT ROWID;
  -- No number is used twice: the index of words remembers up to which it is filled.
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL,
    at INTEGER NOT NULL,
    msgid TEXT,
    verb INTEGER NOT NULL,
    level INTEGER NOT NULL,
    source TEXT NOT NULL,
    account TEXT,
    -- The user, of one who was not logged in.
    author TEXT,
    target TEXT NOT NULL,
    text TEXT,
    reply_to TEXT,
    data TEXT
  ) STRICT;
  CREATE UNIQUE INDEX messages_msgid ON messages (msgid) WHERE msgid IS NOT NULL;
  CREATE INDEX messages_said ON messages (conversation, at) WHERE verb IN (0, 1);
  CREATE INDEX messages_done ON messages (conversation, at) WHERE verb >= 2;
  CREATE INDEX messages_reply_to ON messages (reply_to) WHERE reply_to IS NOT NULL;
  CREATE VIRTUAL TABLE search USING fts5 (
    marks, text, content = '', tokenize = 'unicode61 remove_diacritics 2'
  );
  INSERT INTO search (search, rank) VALUES ('automerge', 0);
  CREATE TABLE markers (
    identity TEXT NOT NULL,
    target TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (identity, target)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE accounts (
    folded TEXT PRIMARY KEY,
    look TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    password TEXT,
    scram TEXT,
    is_always_on INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE fingerprints (
    fingerprint TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (folded) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fingerprints_account ON fingerprints (account);
  CREATE TABLE presences (
    account TEXT PRIMARY KEY REFERENCES accounts (folded) ON DELETE CASCADE,
    state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE channels (
    folded TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    founder TEXT REFERENCES accounts (folded) ON DELETE CASCADE, -- NULL: somebody stays in it
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE access (
    channel TEXT NOT NULL REFERENCES channels (folded) ON DELETE CASCADE ON UPDATE CASCADE,
    account TEXT NOT NULL REFERENCES accounts (folded) ON DELETE CASCADE,
    ranks INTEGER NOT NULL,
    PRIMARY KEY (channel, account)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX channels_founder ON channels (founder);
  CREATE INDEX access_account ON access (account);
  CREATE TABLE bans (
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    terms TEXT NOT NULL,
    PRIMARY KEY (kind, target)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What was committed together and has no place in messages yet, as JSON.
  CREATE TABLE arrivals (id INTEGER PRIMARY KEY, data TEXT NOT NULL) STRICT;
  `,
  `
  -- Always on: 1 for yes, -1 for no, 0 where the account has not chosen.
  ALTER TABLE accounts ADD COLUMN is_multiclient INTEGER NOT NULL DEFAULT 1;
  `,
  `
  -- Whatever happens has an id now, and what happens in several channels is kept in each.
  DROP INDEX messages_msgid;
  UPDATE messages SET msgid = 'e' || id WHERE msgid IS NULL;
  UPDATE arrivals SET data = (
    SELECT json_group_array(
      json_set(value, '$[2]', coalesce(json_extract(value, '$[2]'), 'a' || arrivals.id || '-' || key))
    ) FROM json_each(arrivals.data)
  );
  CREATE UNIQUE INDEX messages_msgid ON messages (msgid, conversation) WHERE msgid IS NOT NULL;
  `,
  `
  -- As it was spelled last, where that is not as it is folded.
  ALTER TABLE conversations ADD COLUMN name TEXT;
  ALTER TABLE markers ADD COLUMN name TEXT;
  `,
  `
  -- In a conversation no two things have one time: what has had the same as another, or was dated back, moves behind it.
  UPDATE messages SET at = moved.at FROM (
    SELECT id, place + max(at - place) OVER (PARTITION BY conversation ORDER BY place) AS at FROM (
      SELECT id, conversation, at, row_number() OVER (PARTITION BY conversation ORDER BY at, id) AS place
      FROM messages
    )
  ) AS moved WHERE messages.id = moved.id AND messages.at <> moved.at;
  `,
];
