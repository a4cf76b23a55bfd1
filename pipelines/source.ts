/** The shape of a way in: log records to typed inputs, bad ones told apart as values. */
import type { RejectReason } from '#schemas/records/deadLetter.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';
import type { CycleClock, Emit, KeyedState } from '#pipelines/operator.js';

/** What must be fetched before a record can be read; the worker fetches it between records and reads again. */
export type Miss =
  | { readonly kind: 'schema'; readonly schemaId: number }
  | {
      readonly kind: 'directory';
      readonly tenant: string;
      readonly site: string;
      readonly well: string;
      readonly tags: readonly string[];
    };

export type ReadOutcome =
  | { readonly kind: 'accepted' | 'duplicate' }
  | {
      readonly kind: 'rejected';
      readonly reason: RejectReason;
      /** One sentence for a person: which field, which value, what was expected. */
      readonly detail: string;
      /** Known only where the record could be read so far. */
      readonly tenant: string | null;
      readonly samples: number;
    }
  | { readonly kind: 'miss'; readonly miss: Miss };

/** Reads records of its topics. A miss changes nothing: the same record is read again once the missing thing was asked for. */
export interface Source<Out> {
  /** `asked`: the directory was asked about this very record, so that what is still unknown is rejected. */
  read(record: LogRecord, asked: boolean, emit: Emit<Out>): ReadOutcome;
  endCycle?(clock: CycleClock): void;
  readonly state?: KeyedState;
}
