/** What the settings of topics mean for an installation. Pure: `readTopics.ts` asks for the facts. */
import { partitionCountMax } from '#schemas/topics.js';
import { failed, type Finding, ok, warning } from './checkUp.js';

export interface TopicFacts {
  readonly topic: string;
  readonly partitions: number;
  /** Of the partition that has fewest. */
  readonly replicas: number;
  /** By name, as the broker gives them; what it does not say is not judged. */
  readonly settings: Readonly<Record<string, string>>;
}

/** `topics`: those that are there, of those that the cell reads. */
export function judgeTopics(
  topics: readonly TopicFacts[],
  wanted: { readonly topics: readonly string[]; readonly partitions: number },
): Finding[] {
  const found = new Set(topics.map(({ topic }) => topic));
  const missing = wanted.topics.filter((topic) => !found.has(topic));
  if (missing.length > 0)
    return [failed('event log', `topics are missing: ${missing.join(', ')}`, 'run `balancin migrate`')];
  const findings: Finding[] = [];
  const add = (bad: readonly TopicFacts[], make: (names: string) => Finding): void => {
    if (bad.length > 0) findings.push(make(bad.map(({ topic }) => topic).join(', ')));
  };
  const having = (name: string, is: (value: string) => boolean): TopicFacts[] =>
    topics.filter(({ settings }) => settings[name] !== undefined && is(settings[name]));

  const counts = [...new Set(topics.map(({ partitions }) => partitions))];
  const [count = 0] = counts;
  if (counts.length > 1)
    findings.push(
      failed(
        'partitions',
        `the topics in are not co-partitioned: ${topics.map((each) => `${each.topic} has ${each.partitions}`).join(', ')}`,
        'make the topics anew with one count, ingestion held: a site must meet in one partition',
      ),
    );
  else if (count !== wanted.partitions)
    findings.push(
      failed(
        'partitions',
        `the topics have ${count} partitions, the cell is configured for ${wanted.partitions}`,
        'set cell.partitions to what the topics have: the count is fixed when a cell is created',
      ),
    );
  else if (count > partitionCountMax || (count & (count - 1)) !== 0)
    findings.push(
      failed(
        'partitions',
        `${count} partitions: a cell has a power of two, at most ${partitionCountMax}`,
        'make the topics anew',
      ),
    );
  add(
    having('message.timestamp.type', (value) => value !== 'LogAppendTime'),
    (names) =>
      failed(
        'timestamps',
        `not LogAppendTime: ${names}; arrival would be whatever a producer says`,
        'kafka-configs --alter --add-config message.timestamp.type=LogAppendTime',
      ),
  );
  add(
    having('unclean.leader.election.enable', (value) => value === 'true'),
    (names) =>
      failed(
        'unclean election',
        `on: ${names}; a replica that lags may become leader, and acknowledged records are lost`,
        'kafka-configs --alter --add-config unclean.leader.election.enable=false',
      ),
  );
  add(
    topics.filter(({ replicas }) => replicas < 2),
    (names) =>
      warning(
        'replication',
        `one replica: ${names}; a broker's disk is all there is`,
        'replicate three times',
      ),
  );
  add(
    topics.filter(
      ({ replicas, settings }) => replicas >= 3 && Number(settings['min.insync.replicas'] ?? 2) < 2,
    ),
    (names) =>
      warning(
        'in-sync replicas',
        `min.insync.replicas is below 2: ${names}; what one broker alone has acknowledged is lost with it`,
        'kafka-configs --alter --add-config min.insync.replicas=2',
      ),
  );
  if (findings.every(({ health }) => health !== 'failed'))
    findings.unshift(ok('topics', `${topics.length} topics in of ${count} partitions`));
  return findings;
}
