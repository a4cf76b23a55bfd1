/** One thread's way into the database: claims tasks, restores their state, commits what they did exactly once. */
import { BalancinError } from '#schemas/errors.js';
import { type AttemptResult, attemptCommit } from './attemptCommit.js';
import { type BackoffOptions, withBackoff } from './backoff.js';
import { ChunkPool } from './chunkPool.js';
import { claimTask } from './claimTask.js';
import type { OnCommitEvent } from './commitEvent.js';
import type { OnCommitStep } from './commitTransaction.js';
import { endBlockers } from './endBlockers.js';
import { chunksOf, type PreparedCommit, prepareCommit } from './preparedCommit.js';
import { readState } from './readState.js';
import { type OpenSession, openSession, type Session, type SessionOptions } from './session.js';
import { SessionSlot } from './sessionSlot.js';
import { StateFolder } from './stateFolder.js';
import { StateLedger } from './stateLedger.js';
import type { Claim, CommitOutcome, Committer, StateSegment, TaskCommit } from './taskCommit.js';

export interface CommitterOptions {
  readonly databaseUrl: string;
  /** Unique in the installation and in time (host, process, thread, a random part): half of the fence. */
  readonly owner: string;
  /** Where the rows' chunks come from: they go back once the outcome is known. */
  readonly pool?: ChunkPool;
  readonly connectTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  /** A claim that waits longer than this ends the worker sessions that hold its task. Below `lockTimeoutMs`. */
  readonly claimPatienceMs?: number;
  /** A commit that takes longer is cut off, and sent again or unknown. */
  readonly attemptTimeoutMs?: number;
  /** How long the same bytes are sent again before `commit` throws DATABASE_UNAVAILABLE. */
  readonly giveUpAfterMs?: number;
  /** Segments an operator before they are folded into a base: at a commit a second, a fold a minute. */
  readonly segmentsMax?: number;
  readonly segmentBytesMin?: number;
  readonly onEvent?: OnCommitEvent;
  /** For tests that stop, cut and kill between the steps. */
  readonly onStep?: OnCommitStep;
  readonly openSession?: OpenSession;
}

/**
 * Holds a connection for commits and one for claims, each opened when first needed; a fold or an ended blocker takes a
 * third for a moment. `commit` and `claim` throw DATABASE_UNAVAILABLE (after `giveUpAfterMs`), AUTHENTICATION and BUG.
 */
export function createCommitter(options: CommitterOptions): Committer {
  return new DatabaseCommitter(options);
}

class DatabaseCommitter implements Committer {
  readonly #options: CommitterOptions;
  readonly #pool: ChunkPool;
  readonly #onEvent: OnCommitEvent;
  readonly #closing = new AbortController();
  readonly #commits = new SessionSlot(() => this.#open('commit'));
  readonly #control = new SessionSlot(() => this.#open('control'));
  readonly #ledger: StateLedger;
  readonly #folder: StateFolder;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#pool = options.pool ?? new ChunkPool();
    this.#onEvent = options.onEvent ?? (() => undefined);
    this.#ledger = new StateLedger({
      segmentsMax: options.segmentsMax ?? 64,
      segmentBytesMin: options.segmentBytesMin ?? 4 * 1024 * 1024,
    });
    this.#folder = new StateFolder({
      open: () => this.#open('compact'),
      ledger: this.#ledger,
      onEvent: this.#onEvent,
      backoff: () => this.#backoff(),
    });
  }

  async claim(topology: string, task: number, topics: readonly string[]): Promise<Claim> {
    const request = { topology, task, topics, owner: this.#options.owner };
    const claim = await withBackoff(`claim task ${task}`, this.#backoff(), async () => {
      return await this.#control.use(async (session) => {
        return await claimTask(session, request, {
          patienceMs: this.#options.claimPatienceMs ?? 2_000,
          onWait: (pid) => void this.#endBlockers(task, pid),
        });
      });
    });
    this.#ledger.reset(topology, task);
    return claim;
  }

  async restoreState(claim: Claim, restore: (segment: StateSegment) => void): Promise<void> {
    this.#ledger.reset(claim.topology, claim.task);
    await this.#control.use(async (session) => {
      await readState(
        session,
        claim,
        // Of another commit than the claim found the offsets would not fit to the state.
        (t) => t.epoch === claim.epoch && t.owner === claim.owner && t.commitNumber === claim.commitNumber,
        (segment) => {
          this.#ledger.add(claim.topology, claim.task, segment);
          restore(segment);
        },
      );
    });
  }

  async commit(tasks: readonly TaskCommit[]): Promise<ReadonlyMap<number, CommitOutcome>> {
    const outcomes = new Map<number, CommitOutcome>();
    if (new Set(tasks.map((t) => t.claim.task)).size !== tasks.length) {
      throw new BalancinError('BUG', 'a task is in one commit twice');
    }
    const prepared: PreparedCommit[] = [];
    try {
      for (const task of tasks) prepared.push(prepareCommit(task, this.#pool));
      const sendable: PreparedCommit[] = [];
      for (const each of prepared) {
        const error = await this.#folder.relieve(each.commit.claim);
        if (error === null) sendable.push(each);
        else this.#refuse(each.commit.claim, error, outcomes);
      }
      await this.#send(sendable, outcomes);
    } finally {
      for (const each of prepared) this.#pool.release(chunksOf(each));
    }
    return outcomes;
  }

  stateBytes(topology: string, task: number): number {
    return this.#ledger.bytes(topology, task);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#folder.close();
    await Promise.all([this.#commits.close(), this.#control.close()]);
  }

  /** Sends until every task has its outcome: each answer but `committed` leaves fewer of them. */
  async #send(commits: readonly PreparedCommit[], outcomes: Map<number, CommitOutcome>): Promise<void> {
    let pending = commits;
    while (pending.length > 0) {
      const result = await this.#attempt(pending);
      switch (result.kind) {
        case 'committed':
          for (const each of pending) this.#committed(each, outcomes);
          return;
        case 'unknown':
          this.#onEvent({
            kind: 'unknown',
            tasks: pending.map((p) => p.commit.claim.task),
            error: result.error,
          });
          for (const { commit } of pending) this.#lose(commit.claim, 'unknown', outcomes);
          return;
        case 'fenced': {
          const names = new Set(result.tasks.map((t) => `${t.topology} ${t.task}`));
          const [fenced, others] = partition(pending, ({ commit: { claim } }) =>
            names.has(`${claim.topology} ${claim.task}`),
          );
          if (fenced.length === 0) throw new BalancinError('BUG', 'the fence names none of the tasks sent');
          for (const { commit } of fenced) {
            const { topology, task } = commit.claim;
            this.#onEvent({ kind: 'fenced', topology, task });
            this.#lose(commit.claim, 'fenced', outcomes);
          }
          pending = others;
          break;
        }
        case 'refused': {
          const [only, ...more] = pending;
          if (only !== undefined && more.length === 0) {
            this.#refuse(only.commit.claim, result.error, outcomes);
            return;
          }
          // Which task it was shows when each goes alone; the others are not held up by it.
          for (const each of pending) await this.#send([each], outcomes);
          return;
        }
      }
    }
  }

  async #attempt(commits: readonly PreparedCommit[]): Promise<AttemptResult> {
    return await withBackoff('commit', this.#backoff(), async () => {
      return await this.#commits.use(async (session) => {
        const startMs = performance.now();
        const result = await attemptCommit(session, commits, {
          timeoutMs: this.#options.attemptTimeoutMs ?? 60_000,
          onStep: this.#options.onStep ?? (() => undefined),
        });
        if (result.kind === 'committed') {
          const parts = commits.flatMap((c) => c.rows);
          this.#onEvent({
            kind: 'committed',
            tasks: commits.length,
            rows: parts.reduce((sum, part) => sum + part.rows, 0),
            bytes: commits.flatMap(chunksOf).reduce((sum, chunk) => sum + chunk.length, 0),
            durationMs: performance.now() - startMs,
          });
        }
        return result;
      });
    });
  }

  #committed({ commit }: PreparedCommit, outcomes: Map<number, CommitOutcome>): void {
    const { claim, state } = commit;
    outcomes.set(claim.task, 'committed');
    for (const segment of state) this.#ledger.add(claim.topology, claim.task, segment);
    this.#folder.consider(claim);
  }

  #refuse(claim: Claim, error: BalancinError, outcomes: Map<number, CommitOutcome>): void {
    const { topology, task } = claim;
    this.#onEvent({ kind: 'refused', topology, task, error });
    this.#lose(claim, 'refused', outcomes);
  }

  #lose(claim: Claim, outcome: CommitOutcome, outcomes: Map<number, CommitOutcome>): void {
    outcomes.set(claim.task, outcome);
    this.#ledger.forget(claim.topology, claim.task);
    this.#folder.forget(claim);
  }

  async #endBlockers(task: number, waitingPid: number): Promise<void> {
    try {
      const session = await this.#open('watch');
      try {
        const found = await endBlockers(session, waitingPid);
        if (found.endedPids.length + found.otherPids.length > 0) {
          this.#onEvent({ kind: 'claim-blocked', task, ...found });
        }
      } finally {
        await session.end();
      }
    } catch {
      // The claim itself meets its lock timeout, is tried again, and says what is wrong.
    }
  }

  #open(purpose: SessionOptions['purpose']): Promise<Session> {
    return (this.#options.openSession ?? openSession)({
      databaseUrl: this.#options.databaseUrl,
      purpose,
      connectTimeoutMs: this.#options.connectTimeoutMs ?? 10_000,
      lockTimeoutMs: this.#options.lockTimeoutMs ?? 5_000,
      statementTimeoutMs: this.#options.attemptTimeoutMs ?? 60_000,
    });
  }

  #backoff(): BackoffOptions {
    return {
      firstDelayMs: 50,
      delayMsMax: 5_000,
      giveUpAfterMs: this.#options.giveUpAfterMs ?? 300_000,
      signal: this.#closing.signal,
      onEvent: this.#onEvent,
    };
  }
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): [T[], T[]] {
  return [all.filter(is), all.filter((one) => !is(one))];
}
