// The Jupyter wire protocol 5.3: framing and signing, shared by the kernel, the notebook runner and the
// tests.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

export const PROTOCOL_VERSION = '5.3';

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

/** How the names of folders begin in which our runner keeps a connection file. */
export const CONNECTION_FOLDER = 'fracmoment-kernel-';
/** Exit code of the kernel if a port is already in use. */
export const CANNOT_LISTEN = 98;

/** A JSON object that was received; the types of its members are unknown. */
export type JsonRecord = Record<string, unknown>;

export interface Message {
  /** Routing prefix of ROUTER sockets, or the topic on iopub. */
  identities: Uint8Array[];
  header: Header;
  /** The header of the request that caused this message; empty if there is none. */
  parent: Partial<Header>;
  metadata: JsonRecord;
  content: JsonRecord;
}

/** A message as it came. */
export interface Received extends Message {
  /** Its content as JSON. */
  contentText: string;
}

/** The content of a connection file. */
export interface Connection {
  transport: 'tcp';
  ip: string;
  key: string;
  signature_scheme: 'hmac-sha256';
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
}

const DELIMITER = Buffer.from('<IDS|MSG>');
const PORTS = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'] as const;

export function isObject(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLoopback(ip: unknown): boolean {
  if (typeof ip !== 'string') return false;
  return ip === 'localhost' || ip === '::1' || (isIP(ip) === 4 && ip.startsWith('127.'));
}

/**
 * Parses a connection file.
 * @throws Error naming the missing or unsupported entry: only TCP on the loopback address, signed with
 *   HMAC-SHA256, is accepted.
 */
export function parseConnection(text: string): Connection {
  const file: unknown = JSON.parse(text);
  if (!isObject(file)) throw new Error('the connection file must contain a JSON object');
  const refuse = (name: string, accepted: string) => {
    throw new Error(`connection file: ${name} must be ${accepted}; got ${JSON.stringify(file[name])}`);
  };
  if (file.transport !== 'tcp') refuse('transport', '"tcp"');
  if (!isLoopback(file.ip))
    refuse('ip', 'a loopback address (127.0.0.1): the kernel runs any code it is sent');
  if (file.signature_scheme !== 'hmac-sha256') refuse('signature_scheme', '"hmac-sha256"');
  if (typeof file.key !== 'string' || file.key === '') throw new Error('connection file: key is missing');
  for (const port of PORTS)
    if (!Number.isInteger(file[port]) || Number(file[port]) < 1 || Number(file[port]) > 65535)
      refuse(port, 'a port in [1, 65535]');
  return file as unknown as Connection;
}

/** The ZeroMQ address of one of the connection's sockets. */
export function address(connection: Connection, port: (typeof PORTS)[number]): string {
  const host = connection.ip.includes(':') ? `[${connection.ip}]` : connection.ip;
  return `tcp://${host}:${connection[port]}`;
}

/** Creates a header with a new id. */
export function createHeader(type: string, session: string): Header {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    version: PROTOCOL_VERSION,
  };
}

/** The HMAC-SHA256 of the four JSON frames, in hexadecimal. */
export function sign(key: string, frames: readonly (Uint8Array | string)[]): string {
  const hmac = createHmac('sha256', key);
  for (const frame of frames) hmac.update(frame);
  return hmac.digest('hex');
}

/** The frames of a message without metadata; `content` is JSON text. */
export function encode(
  key: string,
  message: Pick<Message, 'identities' | 'header' | 'parent'> & { content: string },
): (Uint8Array | string)[] {
  const { identities, header, parent, content } = message;
  const parts = [JSON.stringify(header), JSON.stringify(parent), '{}', content];
  return [...identities, DELIMITER, sign(key, parts), ...parts];
}

/** The known members of a header, which all are strings; it is repeated in every answer. */
function readHeader(received: JsonRecord): Header {
  const read = (name: keyof Header, fallback?: string) => {
    const value = received[name] ?? fallback;
    if (typeof value !== 'string') throw new Error(`the header's ${name} must be a string`);
    return value;
  };
  return {
    msg_id: read('msg_id'),
    msg_type: read('msg_type'),
    session: read('session'),
    username: read('username', ''),
    date: read('date', ''),
    version: read('version', PROTOCOL_VERSION),
  };
}

/**
 * Decodes the frames of a message.
 * @throws Error if frames are missing, the signature is wrong, a part is not a JSON object, or the header
 *   lacks its id, type or session. The error never contains the expected signature.
 */
export function decode(key: string, frames: readonly Buffer[]): Received {
  const delimiter = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (delimiter < 0 || frames.length < delimiter + 6)
    throw new Error(
      `a message must have a delimiter, a signature and four parts; got ${frames.length} frames`,
    );
  const parts = frames.slice(delimiter + 2, delimiter + 6);
  const expected = Buffer.from(sign(key, parts));
  const received = frames[delimiter + 1]!;
  if (received.length !== expected.length || !timingSafeEqual(received, expected))
    throw new Error('the signature of a message is wrong');
  const [header, parent, metadata, content] = parts.map((part) => JSON.parse(part.toString()) as unknown);
  if (!isObject(header) || !isObject(parent) || !isObject(metadata) || !isObject(content))
    throw new Error('header, parent, metadata and content must be JSON objects');
  return {
    identities: frames.slice(0, delimiter),
    header: readHeader(header),
    parent: parent as Message['parent'],
    metadata,
    content,
    contentText: parts[3]!.toString(),
  };
}
