/** Deaths of a task's owners as the database keeps them: what a claim finds, what an owner writes down. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BalancinError } from '#schemas/errors.js';
import type { Pool } from 'pg';
import { asBalancinError } from '#pipelines/commit/databaseErrors.js';
import type { Claim } from '#pipelines/commit/taskCommit.js';

export interface RecordPlace {
  readonly topic: string;
  readonly offset: number;
}

/**
 * `free`: read on. `alone`: one record a cycle, each written down before it is read; `condemned` was being read alone when a
 * worker died: it is dead-lettered unread. `quarantined`: not to be read until an operator says so. `restoresAlone`: an owner died when it
 * restored the task; `beginRestore` comes first.
 */
export type Verdict =
  | { readonly state: 'free'; readonly restoresAlone?: true }
  | { readonly state: 'alone'; readonly condemned: RecordPlace | null; readonly restoresAlone?: true }
  | { readonly state: 'quarantined'; readonly reason: string };

export interface Leave {
  /** `free` ends running alone, `alone` begins it, `quarantined` ends all; null changes nothing. */
  readonly state: 'free' | 'alone' | 'quarantined' | null;
  /** Why the task is stopped, with what to do; null where it goes on, here or elsewhere. */
  readonly reason: string | null;
}

/** All throw DATABASE_UNAVAILABLE; `judge` FENCED too. */
export interface TaskTrials {
  /** What the deaths of earlier owners demand. Waits a moment for one that may live and be leaving, before it counts. */
  judge(claim: Claim): Promise<Verdict>;
  /** Only for a claim that `restoresAlone`: from here on an owner that does not end its restore died of it. */
  beginRestore(claim: Claim): Promise<void>;
  /** After every restore, also one that failed. */
  endRestore(claim: Claim, isRestored: boolean): Promise<void>;
  /** From here on an owner that does not leave has died. */
  begin(claims: readonly Claim[]): Promise<void>;
  /** This record is read next, alone. False: the task has another owner by now. */
  suspect(claim: Claim, record: RecordPlace): Promise<boolean>;
  /** Gives the task up cleanly, or ends the trial of one that goes on. */
  leave(claim: Claim, how: Leave): Promise<void>;
  /** Says why a task without a claim is stopped, to whoever looks from outside. */
  noteStopped(topology: string, task: number, reason: string): Promise<void>;
  /** Of these stopped tasks, those that an operator wants to go on. */
  resumed(topology: string, tasks: readonly number[]): Promise<number[]>;
}

export interface TaskTrialsOptions {
  /** How long an owner that may live is given to say that it leaves: revoked and assigned are told at the same time. */
  readonly graceMs?: number;
}

const graceMsDefault = 2_000;

interface JudgeRow {
  readonly verdict: 'wait' | 'free' | 'alone' | 'quarantined';
  readonly suspect_topic: string | null;
  readonly suspect_offset: number | null;
  readonly reason: string | null;
  readonly restores_alone: boolean;
}

/** The pool's login needs no more than the role of the workers. */
export function createTaskTrials(pool: Pool, options: TaskTrialsOptions = {}): TaskTrials {
  const graceMs = options.graceMs ?? graceMsDefault;

  async function ask<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await pool.query<Row>(text, values)).rows;
    } catch (error) {
      // A connection that was cut has no code of the server's: the pool gives another next time.
      if (error instanceof Error && !('severity' in error))
        throw new BalancinError('DATABASE_UNAVAILABLE', `the trials of tasks: ${error.message}`, {
          cause: error,
        });
      throw asBalancinError(error, 'the trials of tasks');
    }
  }

  async function judgeOnce(claim: Claim, hasWaited: boolean): Promise<JudgeRow> {
    const [row] = await ask<JudgeRow>('SELECT * FROM balancin.judge_task($1, $2, $3, $4, $5)', [
      claim.topology,
      claim.task,
      claim.epoch,
      claim.owner,
      hasWaited,
    ]);
    if (row === undefined) throw new BalancinError('BUG', 'judge_task gave no row');
    return row;
  }

  return {
    async judge(claim) {
      let row = await judgeOnce(claim, false);
      if (row.verdict === 'wait') {
        await sleep(graceMs);
        row = await judgeOnce(claim, true);
      }
      const { suspect_topic: topic, suspect_offset: offset } = row;
      if (row.verdict === 'quarantined') return { state: 'quarantined', reason: row.reason ?? '' };
      const doubt = row.restores_alone ? { restoresAlone: true as const } : {};
      if (row.verdict === 'alone')
        return {
          state: 'alone',
          condemned: topic === null || offset === null ? null : { topic, offset },
          ...doubt,
        };
      return { state: 'free', ...doubt };
    },

    async beginRestore({ topology, task, epoch, owner }) {
      await ask('SELECT balancin.begin_restore($1, $2, $3, $4)', [topology, task, epoch, owner]);
    },

    async endRestore({ topology, task, epoch }, isRestored) {
      await ask('SELECT balancin.end_restore($1, $2, $3, $4)', [topology, task, epoch, isRestored]);
    },

    async begin(claims) {
      const [first] = claims;
      if (first === undefined) return;
      await ask('SELECT balancin.begin_reading($1, $2, $3)', [
        first.topology,
        claims.map(({ task }) => task),
        claims.map(({ epoch }) => epoch),
      ]);
    },

    async suspect(claim, { topic, offset }) {
      const [row] = await ask<{ held: boolean | null }>(
        'SELECT balancin.suspect_record($1, $2, $3, $4, $5) AS held',
        [claim.topology, claim.task, claim.epoch, topic, offset],
      );
      return row?.held === true;
    },

    async leave(claim, { state, reason }) {
      await ask('SELECT balancin.leave_task($1, $2, $3, $4, $5)', [
        claim.topology,
        claim.task,
        claim.epoch,
        state,
        reason,
      ]);
    },

    async noteStopped(topology, task, reason) {
      await ask('SELECT balancin.note_stopped($1, $2, $3)', [topology, task, reason]);
    },

    async resumed(topology, tasks) {
      const rows = await ask<{ task: number }>(
        `SELECT task FROM balancin.task_trial
         WHERE topology = $1 AND task = ANY ($2) AND state <> 'quarantined' AND reason IS NULL`,
        [topology, tasks],
      );
      return rows.map(({ task }) => task);
    },
  };
}
