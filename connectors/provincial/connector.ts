import { z } from 'zod';
import { connector, secret } from '../../src/connect/index.ts';
import { beijingDay } from './codes.ts';
import { platformDesks } from './desk.ts';
import { openExchange } from './exchange.ts';
import { servedBy } from './platforms/index.ts';

export default connector({
  id: 'provincial',
  agency: 'js-service-portal',
  settings: z.strictObject({ url: z.url(), appKey: z.string().min(1), secret: secret() }),
  // Counted per platform: each lookup names its own agency.
  policy: { concurrency: 16 },
  open({ settings, http, clock }) {
    const exchange = openExchange(settings, { http, clock });
    return {
      fields: servedBy({ exchange, today: () => beijingDay(clock.now()) }),
      desk: platformDesks({ exchange, settings, clock }),
    };
  },
});
