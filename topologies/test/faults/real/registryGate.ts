/** A door before the schema registry: while it is shut, the registry cannot be reached. */
import { type RelayedPair, startRelay } from '../wire/tcpRelay.js';

export interface RegistryGate {
  /** The registry's, through the door. */
  readonly url: string;
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

export async function startRegistryGate(registryUrl: string): Promise<RegistryGate> {
  const behind = new URL(registryUrl);
  const pairs = new Set<RelayedPair>();
  let shut = false;
  const relay = await startRelay(
    () => Number(behind.port),
    (pair) => {
      if (shut) {
        pair.cut();
        return;
      }
      pairs.add(pair);
      pair.client.once('close', () => pairs.delete(pair));
      pair.client.pipe(pair.server);
      pair.server.pipe(pair.client);
    },
  );
  const url = new URL(registryUrl);
  url.port = String(relay.port);
  return {
    url: url.href.replace(/\/$/, ''),
    shut() {
      shut = true;
      for (const pair of pairs) pair.cut();
    },
    open() {
      shut = false;
    },
    close: () => relay.close(),
  };
}
