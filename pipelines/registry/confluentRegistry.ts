/** Schema ids in a Confluent-compatible registry. */
import {
  COMPATIBILITY,
  SchemaRegistry as RegistryClient,
  SchemaType,
} from '@kafkajs/confluent-schema-registry';
import { BalancinError } from '#schemas/errors.js';
import { avroType } from './schemaFingerprint.js';
import type { ComparingRegistry } from './schemaRegistry.js';

export interface ConfluentRegistryOptions {
  /** Up to the path before `/subjects`: `http://host:8081`, or Apicurio's `http://host:8080/apis/ccompat/v7`. */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string };
}

const timeoutMs = 10_000;
/** Confluent's 'schema not found'; a 404 without it may come from a proxy that knows nothing of schemas. */
const schemaNotFound = 40_403;
/** Levels under which a new schema may be registered: BACKWARD and those that ask for more. */
const acceptedLevels: ReadonlySet<string> = new Set([
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
]);

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The client library registers. Reading by id goes to the same interface directly: the library compiles what it reads and
 * keeps it for ever, while what is wanted here is the text, once.
 */
export function createConfluentRegistry(options: ConfluentRegistryOptions): ComparingRegistry {
  const url = options.url.replace(/\/+$/, '');
  const auth = options.auth === undefined ? {} : { auth: { ...options.auth } };
  const client = new RegistryClient({ host: url, clientId: 'balancin', retry: { retries: 2 }, ...auth });

  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers: Record<string, string> = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    if (options.auth !== undefined) {
      const { username, password } = options.auth;
      headers['authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    }
    try {
      const response = await fetch(url + path, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
      const body: unknown = await response.json().catch(() => null);
      return { status: response.status, body: isRecord(body) ? body : {} };
    } catch (error) {
      throw unavailable(`${url} cannot be reached`, error);
    }
  }

  /** The subject's level of compatibility, set where it has none: a registry may check nothing unless told to. */
  async function levelOf(subject: string): Promise<COMPATIBILITY> {
    const path = `/config/${encodeURIComponent(subject)}`;
    const { status, body } = await ask(path);
    const level = body['compatibilityLevel'];
    if (status === 404) {
      // Some refuse this before the subject's first version; the library then sets it after that.
      await ask(path, { method: 'PUT', body: JSON.stringify({ compatibility: COMPATIBILITY.BACKWARD }) });
      return COMPATIBILITY.BACKWARD;
    }
    if (status !== 200 || typeof level !== 'string')
      throw unavailable(`${url} answered ${status} for ${path}`, body);
    if (acceptedLevels.has(level)) return level as COMPATIBILITY;
    throw new BalancinError(
      'INCOMPATIBLE',
      `the registry has compatibility ${level} for ${subject}: set it to BACKWARD, or records become unreadable`,
      { context: { subject, level } },
    );
  }

  return {
    async register(subject, schemaJson) {
      avroType(schemaJson);
      const compatibility = await levelOf(subject);
      try {
        const schema = { type: SchemaType.AVRO as const, schema: schemaJson };
        const { id } = await client.register(schema, { subject, compatibility });
        return id;
      } catch (error) {
        throw explainRefusal(error, subject);
      }
    },

    async compare(subject, schemaJson) {
      avroType(schemaJson);
      const path = `/subjects/${encodeURIComponent(subject)}`;
      const init = { method: 'POST', body: JSON.stringify({ schema: schemaJson, schemaType: 'AVRO' }) };
      const known = await ask(path, init);
      if (known.status === 200) return { change: 'none' };
      // Asked apart: to one that has no version yet some call every schema compatible.
      if ((await ask(`${path}/versions`)).status === 404) return { change: 'add' };
      const compared = await ask(`/compatibility${path}/versions/latest?verbose=true`, init);
      const isCompatible = compared.body['is_compatible'];
      if (compared.status !== 200 || typeof isCompatible !== 'boolean')
        throw unavailable(
          `${url} answered ${compared.status} for the compatibility of ${subject}`,
          compared.body,
        );
      if (isCompatible) return { change: 'change' };
      const { messages } = compared.body;
      const why = Array.isArray(messages) ? messages.map(String).join('; ') : 'it is not backward compatible';
      return { change: 'refused', why: `the registry refuses the new schema of ${subject}: ${why}` };
    },

    async fetch(schemaId) {
      const { status, body } = await ask(`/schemas/ids/${schemaId}`);
      if (status === 404 && body['error_code'] === schemaNotFound) return null;
      const { schema, schemaType = 'AVRO', references = [] } = body;
      if (status !== 200 || typeof schema !== 'string') {
        throw unavailable(`${url} answered ${status} for schema ${schemaId}`, body['message']);
      }
      if (schemaType !== 'AVRO' || (Array.isArray(references) && references.length > 0)) {
        const what = schemaType === 'AVRO' ? 'refers to other schemas' : `is of type ${String(schemaType)}`;
        throw new BalancinError('DATA_INVALID', `schema ${schemaId} ${what}, which is not read here`, {
          context: { schemaId },
        });
      }
      return schema;
    },

    async close() {},
  };
}

function explainRefusal(error: unknown, subject: string): BalancinError {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : null;
  const reason = error instanceof Error ? error.message : String(error);
  if (status === 409) {
    return new BalancinError(
      'INCOMPATIBLE',
      `the registry refuses the new schema of ${subject}: ${reason}. Give new fields a default`,
      { cause: error, context: { subject } },
    );
  }
  if (status === 422 || status === 400) {
    return new BalancinError(
      'DATA_INVALID',
      `the registry does not take the schema of ${subject}: ${reason}`,
      {
        cause: error,
        context: { subject },
      },
    );
  }
  return unavailable(`the schema of ${subject} could not be registered: ${reason}`, error);
}

function unavailable(message: string, cause: unknown): BalancinError {
  return new BalancinError('REGISTRY_UNAVAILABLE', message, { cause });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
