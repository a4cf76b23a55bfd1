/** Every default of the product, in one place to read. Overridden by `balancin.config.json`, then by the environment. */

import { partitionCountDefault } from '#schemas/topics.js';

export const defaults = {
  /** Where the embedded parts keep their data; relative to the working directory. */
  dataDir: '.balancin',
  /** PostgreSQL (or TimescaleDB) to use; null starts the embedded one. */
  databaseUrl: null,
  kafka: {
    /** `host:port` list; empty uses the log embedded in PostgreSQL. */
    brokers: [],
    clientId: 'balancin',
    tls: false,
    /** `plain`, `scram-sha-256`, `scram-sha-512`; null means no authentication. */
    saslMechanism: null,
    saslUsername: null,
    saslPassword: null,
    replicationFactor: -1,
  },
  /** Confluent-compatible registry; null keeps schema ids in a table. */
  schemaRegistryUrl: null,
  cell: {
    /** Put before every topic's name, so that several cells share a Kafka cluster. */
    topicPrefix: '',
    /** Partitions of each topic in. Fixed when the cell is created: a power of two, at most 128. */
    partitions: partitionCountDefault,
    /** How long topics that this cell creates keep their records; a rollback reaches no further. Null: the log's default. */
    logRetentionMs: 7 * 86_400_000,
    /** Copies of every task's state, taken each six hours, that `reprocess` can go back to: three days. */
    checkpointsKept: 12,
  },
  worker: {
    /** Threads of one process; 0 means one a core, less one for the database where it is on the same machine. */
    threads: 0,
    groupId: 'balancin-wells',
    /** A commit is due at this many rows, bytes of rows or age of its first record, whichever comes first (design §5). */
    cycleRowsMax: 200_000,
    cycleBytesMax: 32 * 1024 * 1024,
    cycleAgeMs: 1_000,
    /** Fetched and not yet processed, bytes a thread. */
    bufferBytesMax: 64 * 1024 * 1024,
    /** What a killed worker's partitions wait; 6-8 s is safe with timed heartbeats. */
    sessionTimeoutMs: 8_000,
    /**
     * For so long a registry must answer 'there is none' before records of a schema are dead-lettered: a schema is registered
     * by the first producer that uses it, and a registry of several nodes shows it on all of them within seconds.
     */
    unknownSchemaMs: 60_000,
    /** First wait before a dead thread is started again; doubled each time up to the maximum. */
    restartBackoffMs: 500,
    restartBackoffMaxMs: 30_000,
  },
  window: {
    /** How late a sample may come and still count as on time, event time. */
    allowedLatenessMs: 5 * 60_000,
    /** A live well silent for so long closes its windows by the cycle's clock. */
    idleTimeoutMs: 2 * 60_000,
  },
  detection: {
    /**
     * Settings by tenant, site (a field, where it has one edge), well and tag; the most specific wins. Example:
     * `{ "tenant": "acme", "site": "norte", "well": "w1", "tag": "well.pdg.p", "muted": true }`.
     */
    rules: [],
    /**
     * Settings that run beside those on some wells and alert nobody; `balancin detector compare` shows both. Example:
     * `{ "name": "together", "wells": [{ "tenant": "acme", "site": "norte" }], "rules": [{ "together": "alert" }] }`.
     */
    shadow: null,
  },
  alerts: {
    /** Limits by tenant, site and well; the most specific wins. Example: `{ "tenant": "acme", "limits": { "onDelayMs": 120000 } }`. */
    rules: [],
  },
  esp: {
    /**
     * Limits of the rules for events of minutes by tenant, site and well, by the names in models/esp/rules/ruleLimits.ts; the
     * most specific wins. Example: `{ "tenant": "acme", "site": "norte", "well": "w1", "limits": { "motorCMost": 140 } }`.
     */
    rules: [],
  },
  models: {
    /** Versions of models besides those of the program: `<folder>/<model>/<any name>/`. The same on every worker machine. */
    folder: null,
  },
  bridge: {
    /** MQTT broker that edge sites publish to; null starts a broker in the process, where edges log in with their key. */
    mqttUrl: null,
    mqttUsername: null,
    mqttPassword: null,
    /** Connections that share the subscription: each waits for one message to be durable before it takes the next. */
    connections: 4,
    /** Messages taken and not yet durable in the log. */
    inFlightMax: 512,
    /** Where the broker in the process listens. */
    host: '127.0.0.1',
    port: 1883,
    connectionsMax: 10_000,
  },
  http: { host: '127.0.0.1', port: 8080 },
  mail: {
    /** `smtp://user:password@host:587`; null writes .eml and .pdf files into `<dataDir>/mail`. */
    smtpUrl: null,
    /** One plain address: a name beside it would be one more way into a header. */
    from: 'reports@balancin.invalid',
  },
  /** Workers start on a database or log that loses data when a machine dies. For tests. */
  allowUnsafeServers: false,
  /** pino levels: trace, debug, info, warn, error, silent. */
  logLevel: 'info',
} as const;
