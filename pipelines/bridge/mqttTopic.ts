/** MQTT topics of the edge: `balancin/v1/<tenant>/<site>/<kind>`, and which log topic each kind goes to. */
import type { TopicIn } from '#schemas/topics.js';

export const edgeKinds = {
  telemetry: 'edge.telemetry.v1',
  backfill: 'edge.backfill.v1',
  cards: 'edge.cards.v1',
  records: 'edge.records.v1',
  status: 'edge.status.v1',
} as const satisfies Record<string, TopicIn>;

export type EdgeKind = keyof typeof edgeKinds;

/** Who a connection was authenticated as: what is stamped on everything it sends. */
export interface EdgeIdentity {
  readonly tenant: string;
  readonly site: string;
}

export interface EdgeTopic extends EdgeIdentity {
  readonly kind: EdgeKind;
}

const root = 'balancin/v1';

/** What the bridge subscribes to. */
export const edgeTopicFilter = `${root}/+/+/+`;

export function edgeTopic(identity: EdgeIdentity, kind: EdgeKind): string {
  return `${root}/${identity.tenant}/${identity.site}/${kind}`;
}

function isKind(text: string): text is EdgeKind {
  return Object.hasOwn(edgeKinds, text);
}

/** Null where the topic is not one of ours. */
export function parseEdgeTopic(topic: string): EdgeTopic | null {
  const parts = topic.split('/');
  const [first, version, tenant, site, kind] = parts;
  if (parts.length !== 5 || `${first}/${version}` !== root) return null;
  if (tenant === undefined || tenant === '' || site === undefined || site === '') return null;
  return kind !== undefined && isKind(kind) ? { tenant, site, kind } : null;
}
