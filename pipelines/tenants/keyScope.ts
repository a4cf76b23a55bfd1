/** Who a key of an edge site speaks for. */

export interface KeyScope {
  readonly tenant: string;
  readonly site: string;
}
