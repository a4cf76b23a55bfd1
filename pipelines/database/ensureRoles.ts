/** Makes the roles that Balancín runs under: they belong to the whole server, so several databases may race for them. */
import type { SqlClient } from './sqlClient.js';
import { bridgeRole, quoteName, serveRole, tenantRole, workerRole } from './tenantNames.js';

/** Roles without a login: an operator grants them to the logins of the processes. */
export async function ensureRoles(client: SqlClient): Promise<void> {
  for (const role of [workerRole, bridgeRole, serveRole]) {
    await ensureRole(client, role);
    await ensureMember(client, role);
  }
}

export async function ensureTenantRole(client: SqlClient, slug: string): Promise<void> {
  const role = tenantRole(slug);
  await ensureRole(client, role);
  await ensureMember(client, role);
  await ensureMember(client, role, serveRole);
}

/** NOINHERIT: who may become another role has none of its rights until it does. */
async function ensureRole(client: SqlClient, role: string): Promise<void> {
  await client.query(`DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
      CREATE ROLE ${quoteName(role)} NOLOGIN NOINHERIT;
    END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database's migration was faster
  END $$`);
}

/**
 * Lets `member` (default: who we are, unless a superuser) become `role`. From PostgreSQL 16 on, whoever creates a role is a
 * member that may grant it, but may not yet become it.
 */
async function ensureMember(client: SqlClient, role: string, member?: string): Promise<void> {
  await client.query(`DO $$
  DECLARE
    member name := ${member === undefined ? 'current_user' : `'${member}'`};
    right_needed text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
  BEGIN
    IF NOT pg_has_role(member, '${role}', right_needed) THEN
      EXECUTE format('GRANT ${quoteName(role)} TO %I', member);
    END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN
    -- 'tuple concurrently updated': another database's migration was granting it in the same moment
    IF NOT pg_has_role(member, '${role}', right_needed) THEN RAISE; END IF;
  END $$`);
}
