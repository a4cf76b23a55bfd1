/** What happens on the way into the database, for logs and metrics. */
import type { BalancinError } from '#schemas/errors.js';

export type CommitEvent =
  | {
      readonly kind: 'committed';
      readonly tasks: number;
      readonly rows: number;
      readonly bytes: number;
      readonly durationMs: number;
    }
  /** The same is sent again after `delayMs`. */
  | {
      readonly kind: 'again';
      readonly doing: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: BalancinError;
    }
  | { readonly kind: 'fenced'; readonly topology: string; readonly task: number }
  | { readonly kind: 'unknown'; readonly tasks: readonly number[]; readonly error: BalancinError }
  /** A bug: the encoders guarantee what the table takes. Nothing of the task was written. */
  | {
      readonly kind: 'refused';
      readonly topology: string;
      readonly task: number;
      readonly error: BalancinError;
    }
  /** Sessions that held a task which is claimed: ours were ended, others were left alone. */
  | {
      readonly kind: 'claim-blocked';
      readonly task: number;
      readonly endedPids: readonly number[];
      readonly otherPids: readonly number[];
    }
  | {
      readonly kind: 'folded';
      readonly topology: string;
      readonly task: number;
      readonly operator: string;
      readonly segments: number;
      readonly keys: number;
      readonly bytesBefore: number;
      readonly bytesAfter: number;
    }
  | {
      readonly kind: 'fold-failed';
      readonly topology: string;
      readonly task: number;
      /** In a row. */
      readonly failures: number;
      /** Not tried again before, but where the task is so far past its limits that its commits wait for it. */
      readonly retryMs: number;
      readonly error: BalancinError;
    };

export type OnCommitEvent = (event: CommitEvent) => void;
