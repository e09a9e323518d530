import { expect, it } from 'vitest';
import { LightEnding } from './ending.ts';

it('ends once, and tells whoever listens, as a signal does', () => {
  const end = new LightEnding();
  const heard: string[] = [];
  const gone = () => heard.push('gone');
  end.addEventListener('abort', () => heard.push('light'));
  end.addEventListener('abort', gone);
  end.removeEventListener('abort', gone);
  const { signal } = end;
  signal.addEventListener('abort', () => heard.push('signal'));
  end.end('late');
  end.end('again');
  expect({ heard, aborted: end.aborted, reason: end.reason, signal: signal.reason }).toEqual({
    heard: ['light', 'signal'],
    aborted: true,
    reason: 'late',
    signal: 'late',
  });
});

it('gives one signal, which has ended where the request has', () => {
  const end = new LightEnding();
  expect(end.signal).toBe(end.signal);
  const late = new LightEnding();
  late.end('late');
  expect(late.signal).toMatchObject({ aborted: true, reason: 'late' });
});
