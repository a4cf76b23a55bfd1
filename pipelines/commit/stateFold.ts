/** Base and segments laid over one another: the last word on every key. */
import { BalancinError } from '#schemas/errors.js';
import { StatePacker, unpackState } from './statePack.js';
import type { StateSegment } from './taskCommit.js';

/** Segments of one operator, oldest first. Removed keys are not among the answer. */
export class StateFold {
  readonly #values = new Map<number, Uint8Array>();
  #version: number | null = null;
  #segments = 0;

  /** Throws STATE_VERSION where segments of two versions meet. */
  add(segment: StateSegment): void {
    if (segment.kind === 'base' && this.#segments > 0) {
      throw new BalancinError('BUG', `stored state of ${segment.operator}: a base after other segments`);
    }
    if (this.#version !== null && this.#version !== segment.version) {
      throw new BalancinError(
        'STATE_VERSION',
        `state of ${segment.operator} is stored partly as version ${this.#version}, partly as ${segment.version}`,
      );
    }
    this.#version = segment.version;
    this.#segments++;
    unpackState(segment.bytes, (key, value) => {
      if (value === null) this.#values.delete(key);
      else this.#values.set(key, value);
    });
  }

  get version(): number | null {
    return this.#version;
  }

  entries(): Iterable<[number, Uint8Array]> {
    return this.#values;
  }

  /** One base that says the same as all that was added. */
  base(operator: string): StateSegment {
    const packer = new StatePacker();
    for (const [key, value] of this.#values) packer.put(key, value);
    const packed = packer.pack(operator, this.#version ?? 0, 'base');
    if (packed === null) throw new BalancinError('BUG', 'a base is never empty-handed');
    return packed;
  }
}
