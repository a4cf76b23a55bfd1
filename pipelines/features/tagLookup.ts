/** From a tenant's tag ids to an operator's own small numbers: names are looked at once a tag, not once a row. */
import type { TenantRef } from '#schemas/records/wellRef.js';

export type TagName = (tenant: TenantRef, tagId: number) => string;

const unasked = -2;

export class TagLookup {
  readonly #tagName: TagName;
  readonly #indexOf: (tag: string) => number;
  readonly #byTenant = new Map<number, Int32Array>();
  #lastTenant = -1;
  #last: Int32Array = new Int32Array(0);

  /** `indexOf` answers what `find` will return for a tag, -1 for one that is of no interest. */
  constructor(tagName: TagName, indexOf: (tag: string) => number) {
    this.#tagName = tagName;
    this.#indexOf = indexOf;
  }

  find(tenant: TenantRef, tagId: number): number {
    if (tenant.tenantId !== this.#lastTenant) {
      this.#lastTenant = tenant.tenantId;
      this.#last = this.#byTenant.get(tenant.tenantId) ?? new Int32Array(0);
    }
    const known = tagId < this.#last.length ? (this.#last[tagId] as number) : unasked;
    return known === unasked ? this.#ask(tenant, tagId) : known;
  }

  /** Ids count up from 1 a tenant, so a table by id stays as small as the tenant's tags. */
  #ask(tenant: TenantRef, tagId: number): number {
    if (tagId >= this.#last.length) {
      const grown = new Int32Array(Math.max(64, tagId * 2)).fill(unasked);
      grown.set(this.#last);
      this.#last = grown;
      this.#byTenant.set(tenant.tenantId, grown);
    }
    const index = this.#indexOf(this.#tagName(tenant, tagId));
    this.#last[tagId] = index;
    return index;
  }
}
