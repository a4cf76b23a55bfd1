/** Writer schemas by id, at hand for the hot path: looked up at once, loaded between cycles. */
import { BalancinError } from '#schemas/errors.js';
import type { SchemaRegistry } from './schemaRegistry.js';

export interface SchemaCacheOptions {
  /** Answers kept, of both kinds; the one asked for longest ago goes first. */
  readonly schemasMax: number;
  /** How long 'there is none' is believed before the registry is asked again, ms. */
  readonly unknownMs: number;
  /** For so long the registry must have answered that there is none before `lookup` says so, ms. */
  readonly rejectAfterMs: number;
  /** Loads under way at once; beyond it `load` throws LIMIT_REACHED. */
  readonly loadsMax: number;
}

const schemaCacheDefaults: SchemaCacheOptions = {
  schemasMax: 1_000,
  // A schema may be registered a moment after its first record.
  unknownMs: 5_000,
  // What is rejected is dead-lettered: a registry that is being restored answers 'not found' for a while.
  rejectAfterMs: 60_000,
  loadsMax: 32,
};

/** A text is good for ever: ids are never reused. */
type Answer =
  | { readonly schemaJson: string }
  | { readonly schemaJson: null; readonly unknownForMs: number; readonly askedMs: number };

export class SchemaCache {
  readonly #registry: SchemaRegistry;
  readonly #options: SchemaCacheOptions;
  readonly #now: () => number;
  /** In the order of their last use. */
  readonly #answers = new Map<number, Answer>();
  readonly #loading = new Map<number, Promise<string | null>>();

  constructor(
    registry: SchemaRegistry,
    options: Partial<SchemaCacheOptions> = {},
    now: () => number = Date.now,
  ) {
    this.#registry = registry;
    this.#options = { ...schemaCacheDefaults, ...options };
    this.#now = now;
  }

  get size(): number {
    return this.#answers.size;
  }

  /** The schema's text; null: the registry says, and has for a while, that there is none; undefined: `settle` it. */
  lookup(schemaId: number): string | null | undefined {
    const answer = this.#answers.get(schemaId);
    if (answer === undefined) return undefined;
    this.#keep(schemaId, answer);
    if (answer.schemaJson !== null) return answer.schemaJson;
    return this.#isFresh(answer) && answer.unknownForMs >= this.#options.rejectAfterMs ? null : undefined;
  }

  /** For how long the registry has been answering that there is none, ms; 0 where it has not. Silence does not count. */
  unknownForMs(schemaId: number): number {
    const answer = this.#answers.get(schemaId);
    return answer === undefined || answer.schemaJson !== null ? 0 : answer.unknownForMs;
  }

  /**
   * Asks until `lookup` has an answer, with `sleep` between two answers 'there is none'. Gives up when the signal is given.
   * Throws REGISTRY_UNAVAILABLE.
   */
  async settle(
    schemaId: number,
    signal: AbortSignal,
    sleep: (ms: number, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    while (this.lookup(schemaId) === undefined && !signal.aborted) {
      const answer = this.#answers.get(schemaId);
      if (answer?.schemaJson === null && this.#isFresh(answer))
        await sleep(answer.askedMs + this.#options.unknownMs - this.#now(), signal);
      else await this.load(schemaId);
    }
  }

  /**
   * Asks the registry, once however many ask. Throws REGISTRY_UNAVAILABLE where it cannot be asked: that is not the same as
   * 'there is none', and nothing is remembered of it.
   */
  async load(schemaId: number): Promise<string | null> {
    const known = this.#answers.get(schemaId);
    if (known !== undefined && (known.schemaJson !== null || this.#isFresh(known))) return known.schemaJson;
    const underway = this.#loading.get(schemaId);
    if (underway !== undefined) return await underway;
    if (this.#loading.size >= this.#options.loadsMax) {
      throw new BalancinError('LIMIT_REACHED', `${this.#loading.size} schemas are being asked for already`, {
        context: { schemaId, loadsMax: this.#options.loadsMax },
      });
    }
    const loading = this.#ask(schemaId).finally(() => {
      this.#loading.delete(schemaId);
    });
    this.#loading.set(schemaId, loading);
    return await loading;
  }

  async #ask(schemaId: number): Promise<string | null> {
    let schemaJson: string | null;
    try {
      schemaJson = await this.#registry.fetch(schemaId);
    } catch (error) {
      if (!(error instanceof BalancinError && error.code === 'DATA_INVALID')) throw error;
      // It is there and will never be readable: waiting would change nothing.
      this.#keep(schemaId, {
        schemaJson: null,
        unknownForMs: Number.POSITIVE_INFINITY,
        askedMs: this.#now(),
      });
      return null;
    }
    if (schemaJson !== null) {
      this.#keep(schemaId, { schemaJson });
      return schemaJson;
    }
    const askedMs = this.#now();
    const before = this.#answers.get(schemaId);
    // Between two answers far apart the registry may have been away: that time says nothing.
    const unknownForMs =
      before === undefined || before.schemaJson !== null
        ? 0
        : before.unknownForMs + Math.min(askedMs - before.askedMs, 2 * this.#options.unknownMs);
    this.#keep(schemaId, { schemaJson, unknownForMs, askedMs });
    return null;
  }

  #isFresh(answer: { readonly askedMs: number }): boolean {
    return this.#now() - answer.askedMs < this.#options.unknownMs;
  }

  #keep(schemaId: number, answer: Answer): void {
    this.#answers.delete(schemaId);
    this.#answers.set(schemaId, answer);
    if (this.#answers.size <= this.#options.schemasMax) return;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined) this.#answers.delete(oldest);
  }
}
