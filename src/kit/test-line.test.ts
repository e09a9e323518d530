import { expect, it } from 'vitest';
import { z } from 'zod';
import { connector } from '../connect/index.ts';
import { sandbox, testLine } from './index.ts';

it('a mock whose settings are not what the connector asks for is told which, and does not listen on', async () => {
  let address = '';
  const settings = z.strictObject({ url: z.url(), appId: z.string() });
  const probe = connector({ id: 'probe', agency: 'probing', settings, open: () => ({ fields: {} }) });
  const mock = sandbox({
    id: 'probe',
    settings: (url) => {
      address = url;
      return { url };
    },
    samples: {},
    open: () => ({ handle: () => ({ body: '{}' }) }),
  });
  await expect(testLine(probe, mock)).rejects.toThrow(/should be what connector\.ts asks for:[\s\S]*appId/);
  await expect(fetch(address)).rejects.toThrow('fetch failed');
});
