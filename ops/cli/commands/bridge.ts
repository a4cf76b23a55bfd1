/** `balancin bridge`: MQTT in, event log out. */
import type { Command } from '../command.js';

export const bridge: Command = {
  name: 'bridge',
  summary: 'take what edge sites publish over MQTT into the event log',
  example: 'MQTT_URL=mqtts://broker:8883 balancin bridge',
  options: [],
  async run({ config, terminal, signal }) {
    const { createCellTopics, openCell } = await import('#ops/cell/cell.js');
    const { startBridge } = await import('#ops/cell/startBridge.js');
    const { linesOf } = await import('#ops/telemetry/lines.js');
    const { createLogger } = await import('#ops/telemetry/logger.js');
    const { untilStopped } = await import('../untilStopped.js');
    const lines = linesOf(createLogger(config.logLevel));
    const cell = await openCell({ config, lines, schema: 'check' });
    try {
      await createCellTopics(cell);
      const running = await startBridge(cell, lines);
      const mqttUrl = config.bridge.mqttUrl === null ? running.mqttUrl : null;
      terminal.result({ mqttUrl }, () => [
        mqttUrl === null ? 'subscribed to the MQTT broker' : `edges publish to ${mqttUrl}`,
      ]);
      await untilStopped(signal);
      await running.close();
    } finally {
      await cell.close();
    }
  },
};
