/** The event log's settings, out of the configuration. */
import type { LogSettings } from '#pipelines/log/openLog.js';
import type { Config } from '#ops/config/config.js';

export function logSettings(config: Config, databaseUrl: string): LogSettings {
  return { databaseUrl, kafka: { ...config.kafka, topicPrefix: config.cell.topicPrefix } };
}
