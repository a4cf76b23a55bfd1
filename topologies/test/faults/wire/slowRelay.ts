/** Stands before a server and lets every answer wait, for as long as it is told to. */
import { measureTyped } from './postgresMessages.js';
import { pump, startRelay, type TcpRelay } from './tcpRelay.js';

export interface SlowRelay extends TcpRelay {
  /** Of every message from PostgreSQL from now on; 0: none. */
  delay(delayMs: number): void;
}

export async function startSlowRelay(serverPort: () => number): Promise<SlowRelay> {
  let delayMs = 0;
  const relay = await startRelay(serverPort, ({ client, server }) => {
    /** When the last message goes on: none may overtake it. */
    let dueMs = 0;
    client.pipe(server, { end: false });
    // The one byte that answers a request for TLS is no message: nobody asks for TLS here.
    pump(server, client, measureTyped, (message) => {
      const nowMs = performance.now();
      dueMs = Math.max(dueMs, nowMs + delayMs);
      if (dueMs <= nowMs) return true;
      const waiting = Buffer.from(message);
      setTimeout(() => client.write(waiting), dueMs - nowMs);
      return false;
    });
  });
  return {
    ...relay,
    delay(nextMs) {
      delayMs = nextMs;
    },
  };
}
