/** Makes a certificate that vouches for itself, for a server on the loopback address in tests. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { ServerCertificate } from './kafkaProperties.js';

const sequence = 0x30;
const set = 0x31;
const ecdsaWithSha256 = Buffer.from('06082a8648ce3d040302', 'hex');
const commonName = Buffer.from('0603550403', 'hex');
const basicConstraints = Buffer.from('0603551d13', 'hex');
const subjectAltName = Buffer.from('0603551d11', 'hex');
const dayMs = 86_400_000;

/** X.509 v3 (RFC 5280), P-256, for the address 127.0.0.1, good for a day from now; it may be trusted as an authority. */
export function selfSigned(nowMs: number): ServerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(sequence, ecdsaWithSha256);
  const name = der(sequence, der(set, der(sequence, commonName, der(0x0c, Buffer.from('balancin test')))));
  const serial = randomBytes(8);
  // Positive, and without leading zeros.
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  const isAuthority = Buffer.from([0xff]);
  const address = der(0x87, Buffer.from([127, 0, 0, 1]));
  const extensions = der(
    sequence,
    der(sequence, basicConstraints, der(0x01, isAuthority), der(0x04, der(sequence, der(0x01, isAuthority)))),
    der(sequence, subjectAltName, der(0x04, der(sequence, address))),
  );
  const signed = der(
    sequence,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    der(sequence, utcTime(nowMs - dayMs), utcTime(nowMs + dayMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = sign('sha256', signed, privateKey);
  const certificate = der(sequence, signed, algorithm, der(0x03, Buffer.from([0]), signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(certificate),
  };
}

/** Tag, length, value. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  const head = length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), value]);
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
