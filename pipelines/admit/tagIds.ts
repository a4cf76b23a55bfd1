/** Ids of a frame's tags: wells of a kind send the same tags in the same order, so the last frame's answer mostly holds. */
import type { Reading } from '#schemas/records/reading.js';
import type { TenantRef } from '#schemas/records/wellRef.js';
import type { WellDirectory } from './wellDirectory.js';

export class TagIds {
  /** Of the last frame; grows with the widest. */
  ids = new Int32Array(64);
  readonly #directory: WellDirectory;
  readonly #tags: string[] = [];
  #known = 0;
  #tenantId = -1;

  constructor(directory: WellDirectory) {
    this.#directory = directory;
  }

  /** Fills `ids`; gives the first series whose tag has none, or -1. */
  resolve(tenant: TenantRef, reading: Reading): number {
    const count = reading.seriesCount;
    if (count > this.ids.length) {
      const grown = new Int32Array(Math.max(count, this.ids.length * 2));
      grown.set(this.ids);
      this.ids = grown;
    }
    if (tenant.tenantId !== this.#tenantId) {
      this.#tenantId = tenant.tenantId;
      this.#known = 0;
    }
    for (let s = 0; s < count; s++) {
      const tag = reading.tags[s]!;
      if (s < this.#known && this.#tags[s] === tag) continue;
      const id = this.#directory.tagId(tenant, tag);
      if (id < 0) {
        this.#known = Math.min(this.#known, s);
        return s;
      }
      this.ids[s] = id;
      this.#tags[s] = tag;
      if (s === this.#known) this.#known++;
    }
    return -1;
  }
}
