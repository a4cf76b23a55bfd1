/** Reads a telemetry frame of our own schema from its bytes into columns, by hand: no object a frame, series or sample. */
import { AvroCursor } from './avroCursor.js';
import type { ReadingColumns } from './readingColumns.js';
import { markNotANumber, readQuality, readValues } from './readSamples.js';
import type { Rejection } from './rejection.js';
import type { StringCache } from './stringCache.js';
import { TimesReader } from './timesReader.js';

/** Tag, three empty arrays. */
const seriesBytesMin = 4;
const floatBytes = 4;
/** Names before the series. */
const names = 4;
/** Tags a frame beyond which none is guessed. */
const guessedTags = 1024;

export class FrameDecoder {
  readonly #columns: ReadingColumns;
  readonly #strings: StringCache;
  readonly #cursor = new AvroCursor();
  readonly #times = new TimesReader();
  /** Which string stood in this place in the last frame: tenant, site, well, stream, then the tags. */
  readonly #last = new Int32Array(names + guessedTags);

  constructor(columns: ReadingColumns, strings: StringCache) {
    this.#columns = columns;
    this.#strings = strings;
  }

  /**
   * Decodes the record of `bytes` from `start` to `end`, from byte `from` on. Null: the columns hold the frame, and stay valid
   * when `bytes` do not.
   */
  decode(bytes: Uint8Array, from: number, start = 0, end = bytes.length): Rejection | null {
    const c = this.#cursor;
    const columns = this.#columns;
    c.open(bytes, from, start, end);
    columns.begin();
    this.#times.begin();
    columns.tenant = this.#name(0);
    columns.site = this.#name(1);
    columns.well = this.#name(2);
    columns.stream = this.#name(3);
    columns.epoch = c.long();
    columns.seq = c.long();
    columns.t0Ms = c.long();
    if (c.problem !== null) return { reason: 'undecodable', detail: c.problem, identified: false };
    columns.historical = c.boolean();
    for (let n = c.blockCount(seriesBytesMin); n > 0; n = c.blockCount(seriesBytesMin)) {
      for (; n > 0; n--) {
        const rejection = this.#series();
        if (rejection !== null) return rejection;
      }
    }
    if (c.problem === null && c.position !== c.end) c.fail('bytes are left over');
    return c.problem === null ? null : { reason: 'undecodable', detail: c.problem, identified: true };
  }

  #name(place: number): string {
    const guess = this.#last[place] ?? 0;
    const entry = this.#cursor.string(this.#strings, guess);
    if (entry < 0) return '';
    if (entry !== guess) this.#last[place] = entry;
    return this.#strings.text(entry);
  }

  #series(): Rejection | null {
    const c = this.#cursor;
    const columns = this.#columns;
    const tag = this.#name(names + columns.seriesCount);
    if (!columns.openSeries(tag)) {
      return tooLarge(`more than ${columns.limits.seriesMax} series`);
    }
    const series = columns.seriesCount - 1;
    const start = columns.starts[series]!;
    let at = start;
    for (let n = c.blockCount(1); n > 0; n = c.blockCount(1)) {
      if (!columns.reserve(at + n)) return tooLarge(`more than ${columns.limits.samplesMax} samples`);
      this.#times.read(c, columns, series, at, n);
      if (c.problem !== null) break;
      at += n;
    }
    const count = at - start;
    columns.starts[series + 1] = at;
    columns.sampleCount = at;
    let values = 0;
    let notANumber = false;
    for (let n = c.blockCount(floatBytes); n > 0; n = c.blockCount(floatBytes)) {
      if (values + n <= count) notANumber = readValues(c, columns, start + values, n) || notANumber;
      else c.position += n * floatBytes;
      values += n;
    }
    const qualities = c.length();
    if (c.problem !== null) return { reason: 'undecodable', detail: c.problem, identified: true };
    if (values !== count || (qualities !== 0 && qualities !== count)) {
      const detail = `series ${tag} has ${count} times, ${values} values and ${qualities} qualities`;
      return { reason: 'length-mismatch', detail, identified: true };
    }
    readQuality(c, columns, series, start, qualities);
    if (notANumber) markNotANumber(columns, series);
    return null;
  }
}

function tooLarge(detail: string): Rejection {
  return { reason: 'frame-too-large', detail: `a frame of ${detail}`, identified: true };
}
