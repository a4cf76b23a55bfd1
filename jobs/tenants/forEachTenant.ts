/** Does something for each tenant of the cell, one after the other: one that fails keeps no other from its turn. */
import { BalancinError } from '#schemas/errors.js';
import type { JobContext } from '../jobContext.js';
import { type JobTenant, listTenants } from './listTenants.js';

/** Throws at the end where some failed, naming them, with the first one's cause. */
export async function forEachTenant(
  context: Pick<JobContext, 'pool' | 'cell' | 'log'>,
  signal: AbortSignal,
  work: (tenant: JobTenant) => Promise<void>,
): Promise<void> {
  const failed: { readonly slug: string; readonly error: unknown }[] = [];
  for (const tenant of await listTenants(context.pool, context.cell)) {
    signal.throwIfAborted();
    try {
      await work(tenant);
    } catch (error) {
      if (signal.aborted) throw error;
      failed.push({ slug: tenant.slug, error });
      context.log.error({ tenant: tenant.slug, error: String(error) }, 'job failed for a tenant');
    }
  }
  const [first] = failed;
  if (first === undefined) return;
  const slugs = failed.map(({ slug }) => slug).join(', ');
  const message = `Failed for ${failed.length} tenants (${slugs}): ${String(first.error)}`;
  throw first.error instanceof BalancinError
    ? new BalancinError(first.error.code, message, { cause: first.error })
    : new Error(message, { cause: first.error });
}
