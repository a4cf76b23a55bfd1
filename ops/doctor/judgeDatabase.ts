/** What settings and sizes of a database mean for an installation. Pure: `readDatabase.ts` asks for the facts. */
import { failed, type Finding, note, ok, warning } from './checkUp.js';

export interface DatabaseFacts {
  readonly version: string;
  readonly timescale: string | null;
  readonly fsync: string;
  readonly synchronousCommit: string;
  readonly fullPageWrites: string;
  readonly locksPerTransaction: number;
  readonly connectionsMax: number;
  readonly preparedTransactionsMax: number;
  readonly tenants: number;
  /** Tables that a commit may write, a tenant. */
  readonly hotTables: number;
  readonly relations: number;
  /** The server's clock less ours, ms, at most half a round trip wrong. */
  readonly clockAheadMs: number;
}

export interface DatabaseUse {
  /** Worker threads of one process. */
  readonly threads: number;
  /** The event log is in the same database. */
  readonly embeddedLog: boolean;
}

/** A commit over many tenants locks their tables and partitions: two locks a table were measured (design, cells). */
const locksPerTable = 2;
const locksPerTransactionMin = 128;
/** Relations (tables, partitions, indices) beyond which the catalogue slows everything down. */
const relationsMax = 200_000;
/** Sessions of a thread: commits, claims, a fold or a relay, two of the directory, one of trials. */
const sessionsPerThread = 7;
/** Pools of a process, jobs, bridge, a person with psql. */
const sessionsBeside = 30;
/** A record's arrival and a cycle's clock come from two machines: allowed lateness is minutes, so seconds do no harm. */
const clockSkewMaxMs = 5_000;

const inConf = (what: string): string => `set ${what} in postgresql.conf and restart`;

/** Everything that is not as it should be; what is well is said in one line. */
export function judgeDatabase(facts: DatabaseFacts, use: DatabaseUse): Finding[] {
  const findings = [ok('database', `PostgreSQL ${facts.version}, up to date`)];
  findings.push(
    facts.timescale === null
      ? note('timescaledb', 'not installed: native partitions are used', undefined)
      : ok('timescaledb', facts.timescale),
  );
  if (facts.fsync !== 'on')
    findings.push(failed('fsync', 'off: a power cut loses what was acknowledged', inConf('fsync = on')));
  if (facts.fullPageWrites !== 'on')
    findings.push(
      failed('full_page_writes', 'off: a power cut may corrupt tables', inConf('full_page_writes = on')),
    );
  if (facts.synchronousCommit === 'off') {
    const remedy = inConf('synchronous_commit = on');
    findings.push(
      use.embeddedLog
        ? failed('synchronous_commit', 'off: what the event log has acknowledged may be lost', remedy)
        : warning('synchronous_commit', 'off: after a crash the last commits are done again', remedy),
    );
  }
  const lockSlots = facts.locksPerTransaction * (facts.connectionsMax + facts.preparedTransactionsMax);
  const locksNeeded = facts.tenants * facts.hotTables * locksPerTable * Math.max(2, use.threads);
  if (facts.locksPerTransaction < locksPerTransactionMin || lockSlots < locksNeeded) {
    const wanted = Math.max(
      locksPerTransactionMin,
      Math.ceil(locksNeeded / (facts.connectionsMax + facts.preparedTransactionsMax)),
    );
    findings.push(
      warning(
        'locks',
        `max_locks_per_transaction is ${facts.locksPerTransaction}: commits over ${facts.tenants} tenants may fail for want of locks`,
        inConf(`max_locks_per_transaction = ${wanted}`),
      ),
    );
  }
  const sessions = use.threads * sessionsPerThread + sessionsBeside;
  if (facts.connectionsMax < sessions)
    findings.push(
      warning(
        'connections',
        `max_connections is ${facts.connectionsMax}: one process of ${use.threads} threads and what runs beside it may take ${sessions}`,
        inConf(`max_connections = ${sessions} or more (so much again for each further process)`),
      ),
    );
  if (facts.relations > relationsMax)
    findings.push(
      warning(
        'relations',
        `${facts.relations} relations, more than ${relationsMax}`,
        'move tenants to another cell',
      ),
    );
  if (Math.abs(facts.clockAheadMs) > clockSkewMaxMs)
    findings.push(
      warning(
        'clock',
        `the database's clock is ${Math.round(facts.clockAheadMs / 1000)} s ahead of this machine's`,
        'set both by NTP',
      ),
    );
  return findings;
}
