import { describe, expect, it } from 'vitest';
import { exposedIn, isPlain, Secret } from './index.ts';

const paths = (settings: unknown) => exposedIn(settings).map(({ path }) => path);

describe('what lies open in settings', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['https', { url: 'https://tax.example.cn' }, []],
    [
      'plain HTTP, wherever it stands',
      { urls: ['HTTP://tax.example.cn'], more: { at: 'http://[fe80::1]/' } },
      ['settings.urls.0', 'settings.more.at'],
    ],
    ['plain HTTP on this machine', { a: 'http://127.0.0.1:80', b: 'http://localhost/x', c: 'http://[::1]:80' }, []],
    ['plain HTTP at a name that only looks like this machine', { url: 'http://127.0.0.1.example.cn' }, ['settings.url']],
    ['a database without TLS', { url: 'postgres://10.0.0.7/qzk', user: 'hall' }, ['settings.url']],
    ['a database with TLS', { url: 'mysql://10.0.0.7/qzk', tls: { ca: 'PEM' } }, []],
    ['a database whose certificate is not checked', { url: 'postgres://10.0.0.7/qzk?sslmode=no-verify', tls: true }, ['settings.url']],
    ['a check that is switched off', { tls: { rejectUnauthorized: false } }, ['settings.tls.rejectUnauthorized']],
    ['a test key', { url: 'https://a.example.cn', key: new Secret('tax-sandbox-secret') }, ['settings.key']],
    ['a test key for this machine', { url: 'http://127.0.0.1:1', key: new Secret('tax-sandbox-secret') }, []],
    ['a key of the hall', { url: 'https://a.example.cn', key: new Secret('9a1c0f5d') }, []],
  ])('%s', (_, settings, found) => {
    expect(paths(settings)).toEqual(found);
  });

  it('only what is not encrypted may be excused', () => {
    const found = exposedIn({ url: 'http://a.example.cn', key: new Secret('tax-sandbox-secret'), rejectUnauthorized: false });
    expect(found.filter(isPlain).map(({ path }) => path)).toEqual(['settings.url']);
  });
});
