/** Which tasks the consumer group has given us, as kafkajs tells of it. */
import type { Consumer, ConsumerGroupJoinEvent } from 'kafkajs';
import type { BalancinError } from '#schemas/errors.js';
import { explainKafkaError } from './kafkaErrors.js';

export interface MembershipHandlers {
  /** `stayed` is false where we were gone meanwhile: others may have claimed what was ours. */
  joined(tasks: ReadonlySet<number>, stayed: boolean): void;
  /** kafkajs has given up. */
  failed(reason: BalancinError): void;
}

export class GroupMembership {
  readonly #consumer: Consumer;
  readonly #groupId: string;
  #memberId: string | null = null;
  #heldSinceMs = 0;
  #joining: Promise<void> = Promise.resolve();
  #joined: (() => void) | null = null;

  constructor(consumer: Consumer, groupId: string) {
    this.#consumer = consumer;
    this.#groupId = groupId;
  }

  /** Since when the tasks are held that are held now, by our wall clock, ms. */
  get heldSinceMs(): number {
    return this.#heldSinceMs;
  }

  /** Ends when kafkajs has joined, or has given up. */
  get joining(): Promise<void> {
    return this.#joining;
  }

  watch(handlers: MembershipHandlers): void {
    const { GROUP_JOIN, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, (event) => {
      this.#onJoin(event.payload, handlers);
    });
    this.#consumer.on(CRASH, ({ payload }) => {
      this.#joined?.();
      if (payload.restart) this.expectJoin();
      else handlers.failed(explainKafkaError(payload.error, `to consume as ${this.#groupId}`));
    });
  }

  expectJoin(): void {
    this.#joining = new Promise((resolve) => {
      this.#joined = resolve;
    });
  }

  #onJoin(
    { memberId, memberAssignment }: ConsumerGroupJoinEvent['payload'],
    handlers: MembershipHandlers,
  ): void {
    this.#joined?.();
    const stayed = memberId === this.#memberId;
    this.#memberId = memberId;
    this.#heldSinceMs = Date.now();
    handlers.joined(new Set(Object.values(memberAssignment).flat()), stayed);
  }
}
