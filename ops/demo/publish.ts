/** Publishes recordings as an edge site does: Avro frames over MQTT, each acknowledged when it is durable. */
import mqtt from 'mqtt';
import { threeWFrames } from '#models/threew/threeWFrames.js';
import { type EdgeKind, edgeTopic } from '#pipelines/bridge/mqttTopic.js';
import { encodeFrame } from '#pipelines/decode/encodeFrame.js';
import { type DemoWell, shiftToNow } from './instances.js';

export interface SiteLogin {
  readonly tenant: string;
  readonly site: string;
  readonly keyId: string;
  readonly secret: string;
}

/** A payload for one of the edge's topics, and the samples in it. */
export interface DemoMessage {
  readonly kind: EdgeKind;
  readonly payload: Uint8Array;
  readonly samples: number;
}

export interface PublishOptions {
  readonly mqttUrl: string;
  readonly login: SiteLogin;
  readonly messages: Iterable<DemoMessage>;
  readonly signal: AbortSignal;
  published(samples: number): void;
}

export interface Published {
  readonly frames: number;
  readonly samples: number;
}

const frameMs = 60_000;
/** Frames sent and not yet acknowledged. */
const inFlightMax = 64;

/** Wells of a site take turns, as they would on the air. */
export function* recordedFrames(
  { tenant, site }: SiteLogin,
  wells: readonly DemoWell[],
  nowMs: number,
): Generator<DemoMessage> {
  const streams = wells.map(({ well, instance }) =>
    threeWFrames(instance, {
      tenant,
      site,
      well,
      stream: 'fast',
      epoch: 1,
      firstSeq: 1,
      frameMs,
      shiftMs: shiftToNow(instance, nowMs),
      historical: false,
    }),
  );
  const ended = new Set<unknown>();
  while (ended.size < streams.length) {
    for (const stream of streams) {
      const next = stream.next();
      if (next.done === true) {
        ended.add(stream);
        continue;
      }
      let samples = 0;
      for (const { value } of next.value.series) samples += value.length;
      yield { kind: 'telemetry', payload: encodeFrame(next.value), samples };
    }
  }
}

export async function publishSite(options: PublishOptions): Promise<Published> {
  const { login, signal } = options;
  const client = await mqtt.connectAsync(options.mqttUrl, {
    username: login.keyId,
    password: login.secret,
    clientId: `demo-${login.site}`,
    reconnectPeriod: 0,
  });
  let frames = 0;
  let samples = 0;
  const underWay = new Set<Promise<unknown>>();
  try {
    for (const frame of options.messages) {
      if (signal.aborted) break;
      if (underWay.size >= inFlightMax) await Promise.race(underWay);
      const sent = client
        .publishAsync(edgeTopic(login, frame.kind), Buffer.from(frame.payload), { qos: 1 })
        .then(() => {
          underWay.delete(sent);
          if (frame.samples > 0) frames++;
          samples += frame.samples;
          options.published(frame.samples);
        });
      underWay.add(sent);
    }
    await Promise.all(underWay);
  } finally {
    await client.endAsync();
  }
  return { frames, samples };
}

/** Three messages that cannot be used, so that the dead letters have something to show. */
export async function publishBadOnes(
  mqttUrl: string,
  login: SiteLogin,
  sample: DemoWell,
  nowMs: number,
): Promise<Published> {
  const client = await mqtt.connectAsync(mqttUrl, {
    username: login.keyId,
    password: login.secret,
    reconnectPeriod: 0,
  });
  const topic = edgeTopic(login, 'telemetry');
  const frame = {
    ...login,
    stream: 'fast',
    epoch: 1,
    seq: 1,
    t0: nowMs,
    historical: false,
    series: [{ tag: 'well.whp', dtMs: [0], value: [1000], quality: new Uint8Array(0) }],
  };
  try {
    await client.publishAsync(topic, Buffer.from([0xff, 0xff, 0xff, 0x01, 0x02]), { qos: 1 });
    await client.publishAsync(topic, encodeFrame({ ...frame, well: 'NOT-IN-THE-REGISTER' }), { qos: 1 });
    await client.publishAsync(
      topic,
      JSON.stringify({
        well: sample.well,
        stream: 'fast',
        epoch: 1,
        seq: 900_001,
        t0: 1000,
        series: [{ tag: 'well.whp', dtMs: [0], value: [1] }],
      }),
      { qos: 1 },
    );
  } finally {
    await client.endAsync();
  }
  // The first cannot be read at all.
  return { frames: 3, samples: 2 };
}
