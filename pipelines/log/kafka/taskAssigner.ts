/** The group protocol of the workers: a task is a partition number, and goes to one member in every topic. */
import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';
import { dealTasks, type Member } from './stickyAssignment.js';

/** What a member says of itself when it joins. JSON, so that versions that run side by side can read each other. */
interface Holding {
  readonly tasks: readonly number[];
  readonly sinceMs: number;
}

const name = 'balancin-tasks';
const version = 0;

/** `holding` is asked at every join: the tasks held now, and since when. */
export function createTaskAssigner(holding: () => Holding): PartitionAssigner {
  return ({ cluster }) => ({
    name,
    version,

    protocol({ topics }) {
      const userData = Buffer.from(JSON.stringify(holding()), 'utf8');
      return { name, metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData }) };
    },

    async assign({ members, topics }) {
      const tasks = Math.max(0, ...topics.map((topic) => partitionsOf(cluster, topic)));
      const decoded = members.map(({ memberId, memberMetadata }) => {
        const metadata = AssignerProtocol.MemberMetadata.decode(memberMetadata);
        const said = readHolding(metadata?.userData);
        const member: Member = { id: memberId, owned: said.tasks, sinceMs: said.sinceMs };
        return { member, topics: metadata?.topics ?? [] };
      });
      const dealt = dealTasks(
        decoded.map(({ member }) => member),
        tasks,
      );
      return decoded.map(({ member, topics: subscribed }) => {
        const own = dealt.get(member.id) ?? [];
        // In the order of the subscription: brokers fill a fetch in this order, so live topics come first there too.
        const assignment = Object.fromEntries(subscribed.map((topic) => [topic, own]));
        const memberAssignment = AssignerProtocol.MemberAssignment.encode({
          version,
          assignment,
          userData: Buffer.alloc(0),
        });
        return { memberId: member.id, memberAssignment };
      });
    },
  });
}

function partitionsOf(
  cluster: { findTopicPartitionMetadata(topic: string): readonly unknown[] },
  topic: string,
): number {
  return cluster.findTopicPartitionMetadata(topic).length;
}

/** Nothing where a member says nothing we understand: it is dealt with as if it were new. */
function readHolding(userData: Buffer | undefined): Holding {
  const nothing: Holding = { tasks: [], sinceMs: 0 };
  if (userData === undefined || userData.length === 0) return nothing;
  try {
    const said: unknown = JSON.parse(userData.toString('utf8'));
    if (typeof said !== 'object' || said === null || !('tasks' in said) || !('sinceMs' in said))
      return nothing;
    if (!Array.isArray(said.tasks) || typeof said.sinceMs !== 'number') return nothing;
    const tasks = said.tasks.filter((task): task is number => Number.isSafeInteger(task));
    return { tasks, sinceMs: said.sinceMs };
  } catch {
    return nothing;
  }
}
