/** Recordings of one well through findings and the alert logic as they run in production: when alerts opened, what they said. */
import { createAlertOperator } from '#pipelines/alert/alertOperator.js';
import { createDetectOperator, detectorNames } from '#pipelines/detect/detectOperator.js';
import type { DetectionRule } from '#pipelines/detect/detectionRules.js';
import { createTogetherOperator } from '#pipelines/detect/multivariate/togetherOperator.js';
import type { TagName } from '#pipelines/features/tagLookup.js';
import type { Emit, Operator } from '#pipelines/operator.js';
import { createWellRuleOperator, wellRuleNames } from '#pipelines/wellrules/wellRuleOperator.js';
import type { FlowClassifierPort } from '#pipelines/wellrules/flowStability.js';
import type { Alert } from '#schemas/records/alert.js';
import type { Anomaly } from '#schemas/records/anomaly.js';
import type { TenantRef, WellRef } from '#schemas/records/wellRef.js';
import type { WindowBatch } from '#schemas/records/windowAggregate.js';
import type { ThreeWInstance } from './readThreeWFile.js';
import { replayMinutes } from './replayMinutes.js';

/** One alert from its opening to its return to normal; one that comes back is another. */
export interface AlertSpan {
  /** When it was said: the end of the minute that decided it. */
  readonly openedMs: number;
  /** Null while it stands. */
  endMs: number | null;
  /** Likeliest cause from then on, oldest first. */
  readonly kinds: { readonly fromMs: number; readonly cause: string }[];
  readonly firstOut: string;
}

export type FindingMaker = (
  tagName: (tenant: TenantRef, id: number) => string,
) => Operator<WindowBatch, Anomaly>[];

/** All that may be left out of production's findings. */
const togetherName = 'together';
export const productionDetectors: readonly string[] = [...detectorNames, togetherName, ...wellRuleNames];

export interface FindingOptions {
  readonly rules?: readonly DetectionRule[];
  /** A detector left out, by name, to measure what it is worth. */
  readonly without?: string;
}

/** Data quality, levels and novelty a sensor, how they go together, and the rules over several sensors. */
export const productionFindings =
  (flow: FlowClassifierPort, { rules = [], without }: FindingOptions = {}): FindingMaker =>
  (tagName) => [joinedFindings(tagName, rules, without), createWellRuleOperator({ tagName, flow, without })];

/** As the topology joins them: what is found of sensors first, then how the minutes go together. */
function joinedFindings(
  tagName: TagName,
  rules: readonly DetectionRule[],
  without: string | undefined,
): Operator<WindowBatch, Anomaly> {
  const detect = createDetectOperator({ tagName, rules, without });
  if (without === togetherName) return detect;
  const together = createTogetherOperator({ tagName, rules });
  const through = (emit: Emit<Anomaly>) => (finding: Anomaly) => {
    emit(finding);
    together.process({ from: 'findings', value: finding }, emit);
  };
  return {
    name: 'detect',
    process(batch, emit) {
      detect.process(batch, through(emit));
      together.process({ from: 'minutes', value: batch }, emit);
    },
    endCycle(clock, emit) {
      detect.endCycle?.(clock, through(emit));
      together.endCycle?.(clock, emit);
    },
  };
}

const well: WellRef = {
  tenant: { tenantId: 1, slug: 'dataset', schema: 't_dataset', retentionDays: null, machineLearning: true },
  wellId: 1,
  siteId: 1,
  site: 'site',
  well: 'well',
};

export class AlertStream {
  readonly spans: AlertSpan[] = [];
  readonly #tags: string[] = [];
  readonly #finders: Operator<WindowBatch, Anomaly>[];
  readonly #alerts;
  readonly #open = new Map<string, AlertSpan>();

  constructor(findings: FindingMaker) {
    const tagName = (_tenant: TenantRef, id: number): string => this.#tags[id] ?? '';
    this.#finders = findings(tagName);
    this.#alerts = createAlertOperator({ tagName, directory: { find: () => well } });
  }

  /** The next recording, in order of time; state goes on from the one before. */
  play(instance: ThreeWInstance, fromRow = 0): void {
    replayMinutes(
      instance,
      { well, lane: 'live', tagId: (tag) => this.#idOf(tag), fromRow },
      (batch, startMs) => {
        const nowMs = startMs + 60_000;
        const find = (value: Anomaly): void => this.#alerts.process({ from: 'findings', value }, () => {});
        this.#alerts.process({ from: 'minutes', value: batch }, () => {});
        for (const finder of this.#finders) {
          finder.process(batch, find);
          finder.endCycle?.({ nowMs }, find);
        }
        this.#alerts.endCycle?.({ nowMs }, (alert) => this.#note(alert, nowMs));
      },
    );
  }

  #note(alert: Alert, nowMs: number): void {
    const key = `${alert.alertId} ${alert.activations}`;
    for (const [other, span] of this.#open)
      if (other !== key && span.endMs === null && other.startsWith(`${alert.alertId} `)) span.endMs = nowMs;
    let span = this.#open.get(key);
    if (span === undefined) {
      if (alert.state !== 'unacknowledged') return;
      span = { openedMs: nowMs, endMs: null, kinds: [], firstOut: firstOutOf(alert) };
      this.#open.set(key, span);
      this.spans.push(span);
    }
    const cause = alert.causes[0] ?? 'unknown';
    if (span.kinds.at(-1)?.cause !== cause) span.kinds.push({ fromMs: nowMs, cause });
    span.endMs = alert.endMs === null ? null : (span.endMs ?? nowMs);
  }

  #idOf(tag: string): number {
    const known = this.#tags.indexOf(tag);
    return known >= 0 ? known : this.#tags.push(tag) - 1;
  }
}

function firstOutOf({ firstOut }: Alert): string {
  return firstOut === null ? '' : `${firstOut.tag} ${firstOut.detector} ${firstOut.textKey}`;
}
