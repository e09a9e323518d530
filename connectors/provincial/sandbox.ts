import { z } from 'zod';
import { decodeJson, decodeText } from '../../src/connect/index.ts';
import { type SandboxReply, type SandboxRequest, type SandboxTools, type Subjects, sandbox } from '../../src/kit/index.ts';
import { APP_KEY, APP_SECRET, onceOnly, type Refusal, refusal } from './sandbox/gate.ts';
import { PLATFORMS, type Service } from './sandbox/platforms.ts';
import { openReceptions } from './sandbox/reception.ts';

const MOST_KEYS = 50;
/** Platforms hand their data to the exchange every few minutes, not at once. */
const DATA_AGE_MS = 7 * 60_000;
const BEIJING_OFFSET_MS = 8 * 3_600_000;

const MALFORMED: Refusal = { code: '40001', message: '请求参数错误' };
const REPLAYED: Refusal = { code: '40901', message: '请求流水号重复' };
const TOO_MANY: Refusal = { code: '41301', message: '单次查询数量超过上限' };
const NONE_FOUND: Refusal = { code: '40401', message: '未查询到数据' };

const Message = z.object({
  head: z.object({ appKey: z.literal(APP_KEY), platform: z.string(), service: z.string(), time: z.string(), requestId: z.uuid() }),
  body: z.unknown(),
});

interface Answer {
  readonly head: { readonly code: string; readonly message: string; readonly dataTime: string | null };
  readonly body: unknown;
}

/** The exchange and the six platforms behind it; each has its own fault switch, by its id in the catalogue. */
export default sandbox({
  id: 'provincial',
  settings: (url) => ({ url, appKey: APP_KEY, secret: { sandbox: APP_SECRET } }),
  agencyOf: ({ path }) => route(path).platform,
  samples: {
    'Enterprise.projects': ['91321071990000017N', '91321071990000025H'],
    'Project.approvals': ['2020-321071-34-03-500001'],
    'Enterprise.certificates': ['91321071990000017N', '91321071990000025H'],
    'Person.certificates': ['321012198812139970', '321003199006039965'],
    'Enterprise.credit': ['91321071990000017N', '91321071990000025H'],
    'Enterprise.permits': ['91321071990000017N', '91321071990000025H'],
  },
  applications: ['hf-unit', 'mi-unit'],
  open(tools) {
    const asking = { ...tools, isNew: onceOnly(tools.clock), received: openReceptions(tools) };
    return {
      handle: (request) => encoded(request, refused(refusal(request, tools.clock)) ?? answer(request, asking)),
    };
  },
});

/** `/exchange/<platform>/<service>` */
function route(path: string): { readonly platform: string; readonly service: string } {
  const [, platform = '', service = ''] = /^\/exchange\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  return { platform, service };
}

interface Asking extends Pick<SandboxTools, 'subjects' | 'clock'> {
  readonly isNew: (requestId: string) => boolean;
  readonly received: ReturnType<typeof openReceptions>;
}

function answer(request: SandboxRequest, { subjects, clock, isNew, received }: Asking): Answer {
  const { platform, service } = route(request.path);
  const asked = PLATFORMS[platform]?.[service];
  const message = read(request.body);
  if (message?.head.platform !== platform || message.head.service !== service) return refused(MALFORMED);
  if (!isNew(message.head.requestId)) return refused(REPLAYED);
  const reception = received(platform, service, message.body);
  if (reception)
    return 'refusal' in reception
      ? refused(reception.refusal)
      : { head: { code: '200', message: '成功', dataTime: null }, body: reception.body };
  if (!asked) return refused(MALFORMED);
  const keys = asked.keys(message.body);
  if (!keys) return refused(MALFORMED);
  return keys.length > MOST_KEYS ? refused(TOO_MANY) : rowsOf(request, asked, keys, subjects, clock);
}

function read(body: Buffer): z.infer<typeof Message> | undefined {
  try {
    return Message.safeParse(decodeJson(decodeText(body, 'utf-8'))).data;
  } catch {
    return undefined;
  }
}

function rowsOf(
  request: SandboxRequest,
  asked: Service,
  keys: readonly string[],
  subjects: Subjects,
  clock: SandboxTools['clock'],
): Answer {
  const found = keys.map((key) => ({ key, row: asked.row(key, subjects) }));
  // Platforms answer in an order of their own.
  const dataList = found.flatMap(({ row }) => row ?? []).toReversed();
  if (dataList.length === 0) return refused(NONE_FOUND);
  const notFound = found.filter(({ row }) => row === undefined).map(({ key }) => key);
  const dataTime = new Date(clock.now() - DATA_AGE_MS + BEIJING_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
  return { head: { code: '200', message: '成功', dataTime }, body: { dataList: request.rows(dataList), notFound } };
}

function refused(why: Refusal): Answer;
function refused(why: Refusal | undefined): Answer | undefined;
function refused(why: Refusal | undefined): Answer | undefined {
  return why && { head: { ...why, dataTime: null }, body: null };
}

const encoded = (request: SandboxRequest, reply: Answer): SandboxReply => ({
  headers: { 'content-type': 'application/json;charset=UTF-8' },
  body: request.encode(JSON.stringify(reply)),
});
