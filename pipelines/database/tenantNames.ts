/** How a tenant's slug becomes the names of its schema and role. */
import { BalancinError } from '#schemas/errors.js';

/** Role of the workers: may insert into hot tables, and read nothing but through functions. */
export const workerRole = 'balancin_worker';
/** Role of the bridges: may look a key up. */
export const bridgeRole = 'balancin_bridge';
/** Role of what serves tenants: has no rights but to become one of them (`asTenant`). */
export const serveRole = 'balancin_serve';

const slugPattern = /^[a-z][a-z0-9_]{0,39}$/;

/** Throws USAGE. Everything that puts a slug into SQL or a path comes through here. */
export function requireSlug(slug: string): string {
  if (slugPattern.test(slug)) return slug;
  throw new BalancinError(
    'USAGE',
    `'${slug.slice(0, 60)}' is not a tenant's short name: it needs 1 to 40 of a-z, 0-9, _ and begins with a letter`,
    { context: { slug } },
  );
}

export function tenantSchema(slug: string): string {
  return `t_${requireSlug(slug)}`;
}

export function tenantRole(slug: string): string {
  return `balancin_t_${requireSlug(slug)}`;
}

/** An identifier as SQL takes it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
