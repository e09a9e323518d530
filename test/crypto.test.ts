import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sm2Sign, sm2Verify, sm4Decrypt, sm4Encrypt } from '../src/connect/index.ts';

/** Made by OpenSSL; see `about` in the file. */
const vectors = JSON.parse(readFileSync(new URL('vectors/sm.json', import.meta.url), 'utf8')) as {
  sm2: { privateKeyHex: string; publicKeyHex: string; id: string; signatures: { messageHex: string; derHex: string }[] };
  sm3: { messageHex: string; digestHex: string }[];
  hmacSm3: { keyHex: string; values: { messageHex: string; macHex: string }[] };
  sm4cbc: { keyHex: string; ivHex: string; values: { messageHex: string; cipherHex: string }[] };
  published: Record<string, string>;
};

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const { privateKeyHex, publicKeyHex, id } = vectors.sm2;
const [key, iv] = [bytes(vectors.sm4cbc.keyHex), bytes(vectors.sm4cbc.ivHex)];

describe('SM3', () => {
  it.each(vectors.sm3)('digests as OpenSSL does: $digestHex', ({ messageHex, digestHex }) => {
    expect(createHash('sm3').update(bytes(messageHex)).digest('hex')).toBe(digestHex);
  });
  it('digests the example of GB/T 32905', () => {
    expect(createHash('sm3').update('abc').digest('hex')).toBe(vectors.published['sm3("abc")']);
  });
  it.each(vectors.hmacSm3.values)('authenticates as OpenSSL does: $macHex', ({ messageHex, macHex }) => {
    expect(createHmac('sm3', bytes(vectors.hmacSm3.keyHex)).update(bytes(messageHex)).digest('hex')).toBe(macHex);
  });
});

describe('SM4-CBC', () => {
  it.each(vectors.sm4cbc.values)('seals and opens as OpenSSL does: $cipherHex', ({ messageHex, cipherHex }) => {
    expect(sm4Encrypt(bytes(messageHex), key, iv).toString('hex')).toBe(cipherHex);
    expect(sm4Decrypt(bytes(cipherHex), key, iv).toString('hex')).toBe(messageHex);
  });
  it('gives the block of GB/T 32907', () => {
    const block = bytes('0123456789abcdeffedcba9876543210');
    const first = sm4Encrypt(block, block, Buffer.alloc(16)).subarray(0, 16);
    expect(first.toString('hex')).toBe(vectors.published['sm4 ecb of 0123456789abcdeffedcba9876543210 under itself']);
  });
  it('opens what it sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
        expect([...sm4Decrypt(sm4Encrypt(Buffer.from(message), key, iv), key, iv)]).toEqual([...message]);
      }),
    );
  });
  it('refuses a seal with wrong padding or a cut block', () => {
    const sealed = sm4Encrypt(Buffer.from('sixteen bytes ok'), key, iv);
    expect(() => sm4Decrypt(sealed.subarray(0, 16), key, iv)).toThrow();
    expect(() => sm4Decrypt(sealed.subarray(0, 17), key, iv)).toThrow();
    expect(() => sm4Decrypt(Buffer.alloc(0), key, iv)).toThrow();
  });
});

describe('SM2', () => {
  it.each(vectors.sm2.signatures)("accepts OpenSSL's signature: $derHex", ({ messageHex, derHex }) => {
    expect(sm2Verify(bytes(messageHex), derHex, publicKeyHex)).toBe(true);
    expect(sm2Verify(Buffer.concat([bytes(messageHex), Buffer.from([0])]), derHex, publicKeyHex)).toBe(false);
  });
  it('accepts its own signature, and none of another message', () => {
    const signature = sm2Sign('进一个门', privateKeyHex);
    expect(sm2Verify('进一个门', signature, publicKeyHex)).toBe(true);
    expect(sm2Verify('进两个门', signature, publicKeyHex)).toBe(false);
  });
  it('takes no signature for a wrong one without throwing', () => {
    const good = sm2Sign('message', privateKeyHex);
    const zero = '3006020100020100';
    for (const bad of ['', '00', 'zz', '3000', zero, good.slice(0, -2), good.slice(2)])
      expect(sm2Verify('message', bad, publicKeyHex)).toBe(false);
    expect(sm2Verify('message', good, `04${'00'.repeat(64)}`)).toBe(false);
    expect(sm2Verify('message', good, 'not a key')).toBe(false);
  });
  it('never signs twice with the same nonce', () => {
    const signatures = Array.from({ length: 20 }, () => sm2Sign('same', privateKeyHex));
    expect(new Set(signatures).size).toBe(20);
  });
});

/** No skip: whoever runs the suite has OpenSSL 3, and `.ci/run` installs it. */
const openssl = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '';
const hasOpenssl = /^OpenSSL [3-9]\./.test(openssl);
if (!hasOpenssl) console.log('Skipped: the cross-check against the openssl command, because OpenSSL 3 or later is not on this machine.');

describe.skipIf(!hasOpenssl)('the openssl command', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'yimen-sm-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, content: Buffer | string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** A public key as `SubjectPublicKeyInfo`: the fixed head for id-ecPublicKey on the SM2 curve, then the point. */
  const publicKey = () => file('key.der', bytes(`3059301306072a8648ce3d020106082a811ccf5501822d034200${publicKeyHex}`));

  function accepts(message: Buffer, derHex: string): boolean {
    const args = ['pkeyutl', '-verify', '-rawin', '-digest', 'sm3', '-pkeyopt', `distid:${id}`, '-pubin', '-keyform', 'DER'];
    args.push('-inkey', publicKey(), '-in', file('message', message), '-sigfile', file('signature', bytes(derHex)));
    const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    const said = stdout + stderr;
    if (!/Signature Verified Successfully|Signature Verification Failure/.test(said)) throw new Error(`openssl: ${said}`);
    return status === 0;
  }

  it('accepts our SM2 signatures, and none of another message', () => {
    for (const message of ['', '进一个门，办所有事', 'a'.repeat(1_000)].map((text) => Buffer.from(text))) {
      const signature = sm2Sign(message, privateKeyHex);
      expect(accepts(message, signature)).toBe(true);
      expect(accepts(Buffer.concat([message, Buffer.from('!')]), signature)).toBe(false);
    }
  });

  it('opens our SM4-CBC and we open its', () => {
    const plain = Buffer.from('进一个门，办所有事');
    const cipher = (mode: string, input: Buffer) =>
      execFileSync('openssl', ['enc', '-sm4-cbc', mode, '-K', key.toString('hex'), '-iv', iv.toString('hex')], { input });
    expect(cipher('-d', sm4Encrypt(plain, key, iv)).toString()).toBe(plain.toString());
    expect(sm4Decrypt(cipher('-e', plain), key, iv).toString()).toBe(plain.toString());
  });

  it('digests with SM3 as we do', () => {
    const input = Buffer.from('进一个门，办所有事');
    const [digest] = execFileSync('openssl', ['dgst', '-sm3', '-r'], { input, encoding: 'utf8' }).split(' ');
    expect(digest).toBe(createHash('sm3').update(input).digest('hex'));
  });
});
