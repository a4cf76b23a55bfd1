/** Telemetry records in, admitted readings out: decoded, checked, counted. */
import type { AdmittedReading } from '#schemas/records/reading.js';
import type { Decoder } from '#pipelines/decode/decoder.js';
import type { Rejection } from '#pipelines/decode/rejection.js';
import type { LogRecord } from '#pipelines/log/eventLog.js';
import type { ReadOutcome, Source } from '#pipelines/source.js';
import type { Tally } from '#pipelines/tally.js';
import type { Admit, FrameSource } from './admit.js';

export interface FrameReaderOptions {
  readonly decoder: Decoder;
  readonly admit: Admit;
  readonly tally: Tally;
  /** Header under which the bridge said why it passed a payload on as it came. */
  readonly errorHeader: string;
}

const accepted: ReadOutcome = { kind: 'accepted' };
const duplicate: ReadOutcome = { kind: 'duplicate' };

/** The samples of an accepted frame are counted where they are put into windows; all others here. */
export function createFrameReader(options: FrameReaderOptions): Source<AdmittedReading> {
  const { decoder, admit, tally, errorHeader } = options;
  /** One object for all records: judged before the next is read. */
  const source: { -readonly [Field in keyof FrameSource]: FrameSource[Field] } = {
    topic: '',
    arrivalMs: 0,
    key: null,
    final: false,
  };
  const { reading } = decoder;

  function rejected(record: LogRecord, rejection: Rejection): ReadOutcome {
    const said = record.headers?.[errorHeader];
    const detail =
      said === undefined ? rejection.detail : `${rejection.detail} (${Buffer.from(said).toString('utf8')})`;
    return {
      kind: 'rejected',
      reason: rejection.reason,
      detail,
      tenant: rejection.identified ? reading.tenant : null,
      samples: rejection.identified ? reading.sampleCount : 0,
    };
  }

  function sourceOf(record: LogRecord, asked: boolean): FrameSource {
    source.topic = record.topic;
    source.arrivalMs = record.timestampMs;
    source.key = record.key;
    source.final = asked;
    return source;
  }

  return {
    state: admit.state,
    read(record, asked, emit) {
      const { valueBytes } = record;
      const outcome =
        valueBytes === undefined
          ? decoder.decode(record.value)
          : decoder.decode(valueBytes, record.valueFrom, record.valueTo);
      const from = sourceOf(record, asked);
      if (outcome !== 'decoded') {
        if ('schemaId' in outcome) {
          // Asked for and still not there: it could not be learned now, and the record must wait for it.
          return { kind: 'miss', miss: { kind: 'schema', schemaId: outcome.schemaId } };
        }
        if (outcome.identified && admit.closeGap(reading, from) === 'defer') return directoryMiss();
        return rejected(record, outcome);
      }
      const verdict = admit.admit(reading, from);
      if (verdict === 'admitted') {
        emit(admit.admitted);
        return accepted;
      }
      if (verdict === 'duplicate') {
        tally.frames.duplicate++;
        tally.samples.duplicate += reading.sampleCount;
        return duplicate;
      }
      return verdict === 'defer' ? directoryMiss() : rejected(record, verdict);
    },
  };

  function directoryMiss(): ReadOutcome {
    const { tenant, site, well, tags, seriesCount } = reading;
    return {
      kind: 'miss',
      miss: { kind: 'directory', tenant, site, well, tags: tags.slice(0, seriesCount) },
    };
  }
}
