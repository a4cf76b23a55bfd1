/** Stands before PostgreSQL and does its faults at messages of the protocol. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.js';
import { MessageSplitter } from './messageSplitter.js';
import {
  advancedTasks,
  applicationName,
  boundValues,
  commandOf,
  measureStartup,
  measureTyped,
  sqlOf,
  stateOf,
  typeOf,
} from './postgresMessages.js';
import { pump, type RelayedPair, startRelay, type TcpRelay } from './tcpRelay.js';
import type { WireDirector, WireFault } from './wireFaults.js';

/** A held COMMIT whose task nobody claims is delivered after this. */
const heldMsMax = 4_000;
const lateMsMax = 60;
const fencedState = 'BL001';

/** What a connection is at. */
interface Talk {
  readonly pair: RelayedPair;
  /** What the session is for: the last word of its application name. */
  purpose: string;
  sql: string;
  /** Of the statement's parameters. */
  values: readonly (string | null)[];
  /** The answer to the statement is not to arrive. */
  cutAtAnswer: boolean;
  rowsSeen: number;
}

/** A COMMIT that is delivered once a task of it was claimed anew. */
interface HeldCommit {
  readonly tasks: readonly number[];
  deliver(): void;
}

export interface PostgresProxyOptions {
  readonly port: () => number;
  readonly random: Random;
  /** The round's; null: everything passes. */
  readonly director: () => WireDirector | null;
}

export function startPostgresProxy(options: PostgresProxyOptions): Promise<TcpRelay> {
  return startRelay(options.port, createPostgresFaults(options));
}

function createPostgresFaults({ director, random }: PostgresProxyOptions): (pair: RelayedPair) => void {
  const held = new Set<HeldCommit>();
  const strikes = (kind: WireFault): boolean => director()?.strikes(kind) === true;
  const note = (effect: string): void => director()?.note(effect);

  return (pair) => {
    if (strikes('connect-refused')) {
      pair.cut();
      return;
    }
    const talk: Talk = { pair, purpose: '', sql: '', values: [], cutAtAnswer: false, rowsSeen: 0 };
    let started = false;
    pump(
      pair.client,
      pair.server,
      (bytes) => (started ? measureTyped(bytes) : measureStartup(bytes)),
      (message) => {
        if (started) return fromClient(talk, message);
        started = true;
        talk.purpose = applicationName(message).split(' ').at(-1) ?? '';
        return true;
      },
    );
    pump(pair.server, pair.client, measureTyped, (message) => fromServer(talk, message));
  };

  /** True: the message goes on to the server. */
  function fromClient(talk: Talk, message: Buffer): boolean {
    const { pair, purpose } = talk;
    const type = typeOf(message);
    const sql = sqlOf(message);
    if (sql !== null) Object.assign(talk, { sql, values: [], rowsSeen: 0, cutAtAnswer: false });
    if (type === 'B') talk.values = boundValues(message);
    if (purpose === 'commit') {
      if (sql?.includes('balancin.advance(')) return commit(talk, message);
      if (type === 'd' && strikes('copy-half')) {
        pair.server.write(message.subarray(0, message.length >> 1));
        pair.client.destroy();
        return false;
      }
      if (type === 'c' && strikes('copy-unended')) return lose(pair);
    }
    if (sql?.includes('balancin.claim_task')) {
      if (strikes('claim-lost')) return lose(pair);
      talk.cutAtAnswer = strikes('claim-answer-lost');
    }
    if (sql?.startsWith('DELETE FROM balancin.outbox')) {
      if (strikes('outbox-delete-lost')) return lose(pair);
      talk.cutAtAnswer = strikes('outbox-delete-answer-lost');
    }
    return true;
  }

  function commit(talk: Talk, message: Buffer): boolean {
    const { pair, sql } = talk;
    if (strikes('commit-lost')) return lose(pair);
    if (strikes('commit-zombie')) return hold(pair, message, advancedTasks(sql));
    if (strikes('commit-late')) {
      pair.keepServer = true;
      pair.client.destroy();
      void sleep(random.next() * lateMsMax).then(() => deliver(pair, message, 'late commit'));
      return false;
    }
    const round = director();
    if (round !== null && strikes('commit-overtaken')) {
      // Where the claim fails, COMMIT goes through as it would have.
      void round
        .overtake(advancedTasks(sql))
        .catch(() => undefined)
        .then(() => pair.server.write(message));
      return false;
    }
    talk.cutAtAnswer = strikes('commit-answer-lost');
    return true;
  }

  function hold(pair: RelayedPair, message: Buffer, tasks: readonly number[]): boolean {
    pair.keepServer = true;
    pair.client.destroy();
    const timer = setTimeout(() => each.deliver(), heldMsMax);
    const each: HeldCommit = {
      tasks,
      deliver() {
        clearTimeout(timer);
        if (held.delete(each)) deliver(pair, message, 'zombie commit');
      },
    };
    held.add(each);
    return false;
  }

  /** Hears what the server says to a COMMIT whose sender is gone. */
  function deliver({ server }: RelayedPair, message: Buffer, what: string): void {
    const splitter = new MessageSplitter(measureTyped);
    server.removeAllListeners('data');
    server.on('data', (chunk: Buffer) => {
      for (const answer of splitter.push(chunk)) {
        const type = typeOf(answer);
        const state = type === 'E' ? stateOf(answer) : null;
        if (state !== null) note(`${what}: ${state === fencedState ? 'fenced' : `refused by ${state}`}`);
        if (type === 'C' && commandOf(answer) === 'COMMIT') note(`${what}: done`);
        if (type === 'Z') server.end();
      }
    });
    server.write(message);
  }

  /** True: the message goes on to the client. */
  function fromServer(talk: Talk, message: Buffer): boolean {
    const { pair, purpose, sql } = talk;
    const type = typeOf(message);
    if (type === 'E' && stateOf(message) === fencedState) note('fenced');
    if (type === 'D' && purpose === 'control' && sql.includes('FROM balancin.operator_state')) {
      talk.rowsSeen++;
      if (talk.rowsSeen === 1) note('restored with state');
      if (strikes('restore-cut')) return lose(pair);
    }
    if (type !== 'C') return true;
    if (sql.includes('balancin.fold_state')) note('folded');
    if (sql.includes('balancin.claim_task')) {
      const task = Number(talk.values[1]);
      for (const each of held) if (each.tasks.includes(task)) each.deliver();
    }
    const done = !sql.includes('balancin.advance(') || commandOf(message) === 'COMMIT';
    return done && talk.cutAtAnswer ? lose(pair) : true;
  }
}

function lose(pair: RelayedPair): false {
  pair.cut();
  return false;
}
