/** The configuration's schema: every key, its type and its limits. */
import { z } from 'zod';
import { ruleLimitDefaults } from '#models/esp/rules/ruleLimits.js';
import { detectorNames, togetherModes } from '#pipelines/detect/detectionRules.js';
import { defaults } from './defaults.js';

const url = (protocols: string) =>
  z
    .string()
    .regex(new RegExp(`^(${protocols})://`), `must start with ${protocols.replaceAll('|', ':// or ')}://`);
const positive = z.number().int().positive();
const port = z.number().int().min(0).max(65_535);
const secretText = z.string().nullable();

const name = z.string().min(1);
const minutes = z.number().int().positive().max(100_000);
/** Whom a rule is for, and what it sets; `DetectionRule` says what each means. */
const detectionRule = z
  .strictObject({
    tenant: name.optional(),
    site: name.optional(),
    well: name.optional(),
    tag: name.optional(),
    muted: z.boolean().optional(),
    sensitivity: z.number().min(0.1).max(10).optional(),
    low: z.number().optional(),
    high: z.number().optional(),
    deadBand: z.number().min(0).optional(),
    frozenMinutes: minutes.nullable().optional(),
    deadMinutes: minutes.nullable().optional(),
    missingMinutes: minutes.optional(),
    together: z.enum(togetherModes).optional(),
    off: z.array(z.enum(detectorNames)).optional(),
  })
  .refine(
    (rule) => rule.site === undefined || rule.tenant !== undefined,
    'a site is of a tenant: name it too',
  )
  .refine((rule) => rule.well === undefined || rule.site !== undefined, 'a well is of a site: name it too')
  .refine(
    (rule) => rule.low === undefined || rule.high === undefined || rule.low < rule.high,
    'low must be below high',
  )
  .refine(
    (rule) => ![rule.low, rule.high, rule.deadBand].some((v) => v !== undefined) || rule.tag !== undefined,
    'low, high and deadBand are in the unit of a tag: name it too',
  )
  .refine(
    (rule) => Object.keys(rule).some((key) => !['tenant', 'site', 'well', 'tag'].includes(key)),
    'sets nothing',
  );
const delayMs = z
  .number()
  .int()
  .min(0)
  .max(366 * 86_400_000)
  .optional();
/** `AlertLimits` says what each limit means. */
const alertRule = z
  .strictObject({
    tenant: name.optional(),
    site: name.optional(),
    well: name.optional(),
    limits: z
      .strictObject({
        onDelayMs: delayMs,
        offDelayMs: delayMs,
        regroupMs: delayMs,
        chatterActivations: positive.optional(),
        chatterMs: delayMs,
        standingMs: delayMs,
        announcedPerHourMax: z.number().int().min(0).optional(),
        settlingMs: delayMs,
        mediumDeferredM3PerDay: z.number().min(0).optional(),
        highDeferredM3PerDay: z.number().min(0).optional(),
      })
      .refine((limits) => Object.keys(limits).length > 0, 'sets nothing'),
  })
  .refine(
    (rule) => rule.site === undefined || rule.tenant !== undefined,
    'a site is of a tenant: name it too',
  )
  .refine((rule) => rule.well === undefined || rule.site !== undefined, 'a well is of a site: name it too');

/** `ShadowSettings` says what each means. */
const shadow = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and dashes'),
    wells: z
      .array(
        z
          .strictObject({ tenant: name, site: name.optional(), well: name.optional() })
          .refine(
            (one) => one.well === undefined || one.site !== undefined,
            'a well is of a site: name it too',
          ),
      )
      .min(1)
      .max(1_000),
    rules: z.array(detectionRule).max(1_000).optional(),
    alerts: z.array(alertRule).max(1_000).optional(),
  })
  .refine(({ rules, alerts }) => (rules?.length ?? 0) + (alerts?.length ?? 0) > 0, 'sets nothing');

/** `ruleLimits.ts` says what each limit means. */
const espRule = z
  .strictObject({
    tenant: name.optional(),
    site: name.optional(),
    well: name.optional(),
    limits: z
      .partialRecord(z.enum(Object.keys(ruleLimitDefaults)), z.number())
      .refine((limits) => Object.keys(limits).length > 0, 'sets nothing'),
  })
  .refine(
    (rule) => rule.site === undefined || rule.tenant !== undefined,
    'a site is of a tenant: name it too',
  )
  .refine((rule) => rule.well === undefined || rule.site !== undefined, 'a well is of a site: name it too');

export const configSchema = z.strictObject({
  dataDir: z.string().min(1).default(defaults.dataDir),
  databaseUrl: url('postgres|postgresql').nullable().default(defaults.databaseUrl),
  kafka: z
    .strictObject({
      brokers: z
        .array(z.string().regex(/^[^\s:]+:\d+$/, 'must be host:port'))
        .default([...defaults.kafka.brokers]),
      clientId: z.string().min(1).default(defaults.kafka.clientId),
      tls: z.boolean().default(defaults.kafka.tls),
      saslMechanism: z
        .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
        .nullable()
        .default(defaults.kafka.saslMechanism),
      saslUsername: secretText.default(defaults.kafka.saslUsername),
      saslPassword: secretText.default(defaults.kafka.saslPassword),
      replicationFactor: z.number().int().min(-1).default(defaults.kafka.replicationFactor),
    })
    .prefault({}),
  schemaRegistryUrl: url('http|https').nullable().default(defaults.schemaRegistryUrl),
  cell: z
    .strictObject({
      topicPrefix: z
        .string()
        .regex(/^[a-zA-Z0-9._-]*$/, 'may hold letters, digits, dot, underscore and dash')
        .default(defaults.cell.topicPrefix),
      partitions: positive
        .max(128)
        .refine((n) => (n & (n - 1)) === 0, 'must be a power of two')
        .default(defaults.cell.partitions),
      logRetentionMs: positive.nullable().default(defaults.cell.logRetentionMs),
      checkpointsKept: positive.max(1_000).default(defaults.cell.checkpointsKept),
    })
    .prefault({}),
  worker: z
    .strictObject({
      threads: z.number().int().min(0).max(128).default(defaults.worker.threads),
      groupId: z.string().min(1).default(defaults.worker.groupId),
      cycleRowsMax: positive.default(defaults.worker.cycleRowsMax),
      cycleBytesMax: positive.default(defaults.worker.cycleBytesMax),
      cycleAgeMs: positive.max(60_000).default(defaults.worker.cycleAgeMs),
      bufferBytesMax: positive.default(defaults.worker.bufferBytesMax),
      sessionTimeoutMs: positive.min(6_000).default(defaults.worker.sessionTimeoutMs),
      unknownSchemaMs: positive.default(defaults.worker.unknownSchemaMs),
      restartBackoffMs: positive.default(defaults.worker.restartBackoffMs),
      restartBackoffMaxMs: positive.default(defaults.worker.restartBackoffMaxMs),
    })
    .prefault({}),
  window: z
    .strictObject({
      allowedLatenessMs: z.number().int().min(0).default(defaults.window.allowedLatenessMs),
      idleTimeoutMs: positive.default(defaults.window.idleTimeoutMs),
    })
    .prefault({}),
  detection: z
    .strictObject({
      rules: z
        .array(detectionRule)
        .max(10_000)
        .default([...defaults.detection.rules]),
      shadow: shadow.nullable().default(defaults.detection.shadow),
    })
    .prefault({}),
  models: z
    .strictObject({ folder: z.string().min(1).nullable().default(defaults.models.folder) })
    .prefault({}),
  esp: z
    .strictObject({
      rules: z
        .array(espRule)
        .max(10_000)
        .default([...defaults.esp.rules]),
    })
    .prefault({}),
  alerts: z
    .strictObject({
      rules: z
        .array(alertRule)
        .max(10_000)
        .default([...defaults.alerts.rules]),
    })
    .prefault({}),
  bridge: z
    .strictObject({
      mqttUrl: url('mqtt|mqtts').nullable().default(defaults.bridge.mqttUrl),
      mqttUsername: secretText.default(defaults.bridge.mqttUsername),
      mqttPassword: secretText.default(defaults.bridge.mqttPassword),
      connections: positive.max(64).default(defaults.bridge.connections),
      host: z.string().min(1).default(defaults.bridge.host),
      port: port.default(defaults.bridge.port),
      connectionsMax: positive.default(defaults.bridge.connectionsMax),
      inFlightMax: positive.max(65_535).default(defaults.bridge.inFlightMax),
    })
    .prefault({}),
  http: z
    .strictObject({
      host: z.string().min(1).default(defaults.http.host),
      port: port.default(defaults.http.port),
    })
    .prefault({}),
  mail: z
    .strictObject({
      smtpUrl: url('smtp|smtps').nullable().default(defaults.mail.smtpUrl),
      from: z.email('must be one plain address').default(defaults.mail.from),
    })
    .prefault({}),
  allowUnsafeServers: z.boolean().default(defaults.allowUnsafeServers),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default(defaults.logLevel),
});

export type Config = z.infer<typeof configSchema>;
