/** A metric whose values are kept elsewhere: asked for at each scrape, shown under its own Prometheus type. */
import type { Metric, Registry } from 'prom-client';

export interface MetricShape {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labels: readonly string[];
}

/** Adds to the value of these labels. `suffix`: of a histogram's series. */
export type AddValue = (labels: Record<string, string>, value: number, suffix?: string) => void;

/**
 * prom-client's counters can only be increased, and ours are counted in other threads: this gives it the sums as they are.
 */
export function registerMetric(
  registry: Registry,
  { name, help, type }: MetricShape,
  collect: (add: AddValue) => void | Promise<void>,
): void {
  const metric = {
    name,
    help,
    type,
    aggregator: 'sum',
    async get() {
      const values = new Map<string, { labels: Record<string, string>; value: number; metricName: string }>();
      await collect((labels, value, suffix = '') => {
        const key = suffix + JSON.stringify(labels);
        const known = values.get(key);
        if (known === undefined) values.set(key, { labels, value, metricName: name + suffix });
        else known.value += value;
      });
      return { name, help, type, aggregator: 'sum', values: [...values.values()] };
    },
    reset() {},
  };
  registry.registerMetric(metric as unknown as Metric);
}
