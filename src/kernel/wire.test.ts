import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { address, createHeader, decode, encode, parseConnection, sign } from './wire';

describe('sign', () => {
  // oracle: RFC 4231, test cases 1 and 2 for HMAC-SHA-256
  for (const [key, data, expected] of [
    [
      Buffer.alloc(20, 0x0b).toString('latin1'),
      'Hi There',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      'Jefe',
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
  ] as const)
    test(`gives the known value for ${JSON.stringify(data)}, however it is split`, () => {
      assert.equal(sign(key, [data]), expected);
      assert.equal(sign(key, [Buffer.from(data.slice(0, 3)), '', data.slice(3)]), expected);
    });
});

describe('a message', () => {
  const key = 'secret';
  const header = createHeader('execute_request', 'session');
  const content = JSON.stringify({ code: 'σ' });
  const frames = encode(key, { identities: [Buffer.from('me')], header, parent: {}, content }).map((frame) =>
    Buffer.from(frame),
  );

  test('is decoded to what was encoded', () => {
    assert.deepEqual(decode(key, frames), {
      identities: [Buffer.from('me')],
      header,
      parent: {},
      metadata: {},
      content: { code: 'σ' },
      contentText: content,
    });
  });

  test('may carry further frames, which are ignored', () => {
    assert.deepEqual(decode(key, [...frames, Buffer.from('buffer')]), decode(key, frames));
  });

  test('without its frames is refused', () => {
    assert.throws(() => decode(key, frames.slice(0, 5)), /four parts; got 5 frames/);
    assert.throws(() => decode(key, []), /got 0 frames/);
    assert.throws(() => decode(key, frames.slice(2)), /got 5 frames/);
  });

  test('with another signature is refused, without telling the right one', () => {
    for (const [index, replacement] of [
      [2, ''],
      [2, '0'.repeat(64)],
      [2, String(frames[2]).toUpperCase()],
      [6, '{"code":"τ"}'],
    ] as const) {
      const forged = frames.map((frame, i) => (i === index ? Buffer.from(replacement) : frame));
      assert.throws(() => decode(key, forged), { message: 'the signature of a message is wrong' });
    }
    assert.throws(() => decode('another', frames), { message: 'the signature of a message is wrong' });
  });

  test('with parts of the wrong shape is refused', () => {
    const signed = (parts: string[]) =>
      ['<IDS|MSG>', sign(key, parts), ...parts].map((frame) => Buffer.from(frame));
    const good = [JSON.stringify(header), '{}', '{}', '{}'];
    assert.ok(decode(key, signed(good)));
    for (const [index, part] of [
      [0, '{}'],
      [0, '{"msg_id":1,"msg_type":"x","session":"y"}'],
      [0, 'null'],
      [1, '3'],
      [2, '[]'],
      [3, '{'],
      [3, '"code"'],
    ] as const)
      assert.throws(
        () => decode(key, signed(good.map((given, i) => (i === index ? part : given)))),
        `${index}: ${part}`,
      );
  });
});

describe('a connection file', () => {
  const file = {
    transport: 'tcp',
    ip: '127.0.0.1',
    key: 'secret',
    signature_scheme: 'hmac-sha256',
    shell_port: 1,
    iopub_port: 2,
    stdin_port: 3,
    control_port: 4,
    hb_port: 65535,
    kernel_name: 'fracmoment',
  };
  const parse = (changes: object) => parseConnection(JSON.stringify({ ...file, ...changes }));

  test('gives the addresses', () => {
    assert.equal(address(parse({}), 'hb_port'), 'tcp://127.0.0.1:65535');
    assert.equal(address(parse({ ip: '::1' }), 'shell_port'), 'tcp://[::1]:1');
  });

  test('is refused unless it is TCP on loopback, signed with HMAC-SHA256', () => {
    for (const changes of [
      { transport: 'ipc' },
      { ip: '10.0.0.1' },
      { ip: '127.0.0.1.example' },
      { ip: undefined },
      { key: '' },
      { key: 5 },
      { signature_scheme: 'hmac-sha1' },
      { iopub_port: 65536 },
      { iopub_port: '2' },
    ])
      assert.throws(() => parse(changes), /^Error: connection file: /, JSON.stringify(changes));
    assert.throws(() => parseConnection('[]'), /must contain a JSON object/);
  });
});
