import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCalendar, dueDate, explain, hallCalendarShape } from './index.ts';

const at = (text: string) => new Date(`${text}:00+08:00`);

describe('a due date explains itself', () => {
  const hall = createCalendar({
    closed: [{ date: '2026-03-04', nameZh: '搬迁', nameEn: 'removal' }],
    open: [{ date: '2026-03-07', nameZh: '补班', nameEn: 'instead of 4 March' }],
  });
  const due = dueDate(
    {
      start: at('2026-02-13T17:40'),
      limit: { days: 8, unit: 'WORKING' },
      extension: { days: 2, reason: '经负责人批准 approved' },
      stops: [{ from: '2026-03-09', until: at('2026-03-12T15:00'), reason: 'EXPERT_REVIEW' }],
    },
    hall,
  );

  it('in English', () => {
    expect(explain(due, 'en')).toEqual([
      'received Fri 2026-02-13 17:40, after closing (17:30): counts as Sat 2026-02-14, a make-up workday; the day of receipt is not counted',
      'extended by 2 working days to 10 working days: 经负责人批准 approved',
      'Sun 2026-02-15 to Mon 2026-02-23, Spring Festival: 9 days not counted',
      'Tue 2026-02-24 to Fri 2026-02-27: 4 working days, days 1 to 4',
      'Sat 2026-02-28, make-up workday for Spring Festival: counted, day 5',
      'Mon 2026-03-02 to Tue 2026-03-03: 2 working days, days 6 to 7',
      'Wed 2026-03-04, the hall is closed (removal): 1 day not counted',
      'Thu 2026-03-05 to Fri 2026-03-06: 2 working days, days 8 to 9',
      'Sat 2026-03-07, the hall is open (instead of 4 March): counted, day 10',
      '10 of 10 working days used: due Sat 2026-03-07',
    ]);
  });

  it('in Chinese', () => {
    expect(explain(due, 'zh')).toEqual([
      '2026-02-13（周五）17:40 收到，已过下班时间（17:30），按 2026-02-14（周六）调休上班收到计算；收到当日不计入',
      '延长 2 个工作日，共 10 个工作日：经负责人批准 approved',
      '2026-02-15（周日）至 2026-02-23（周一）春节放假：9 天不计入',
      '2026-02-24（周二）至 2026-02-27（周五）：4 个工作日，第 1 至 4 日',
      '2026-02-28（周六）春节调休上班：计入，第 5 日',
      '2026-03-02（周一）至 2026-03-03（周二）：2 个工作日，第 6 至 7 日',
      '2026-03-04（周三）大厅不办公（搬迁）：1 天不计入',
      '2026-03-05（周四）至 2026-03-06（周五）：2 个工作日，第 8 至 9 日',
      '2026-03-07（周六）大厅办公（补班）：计入，第 10 日',
      '10 个工作日届满：2026-03-07（周六）到期',
    ]);
  });

  it('as data that survives JSON', () => {
    expect(JSON.parse(JSON.stringify(due)).steps).toEqual(due.steps);
    expect(due.steps[2]).toEqual({
      why: 'HOLIDAY',
      from: '2026-02-15',
      to: '2026-02-23',
      counted: 0,
      nameZh: '春节',
      nameEn: 'Spring Festival',
      textZh: '2026-02-15（周日）至 2026-02-23（周一）春节放假：9 天不计入',
      textEn: 'Sun 2026-02-15 to Mon 2026-02-23, Spring Festival: 9 days not counted',
    });
  });
});

describe('the sentences', () => {
  const calendar = createCalendar();
  const both = (clock: Parameters<typeof dueDate>[0]) => {
    const due = dueDate(clock, calendar);
    return { en: explain(due, 'en'), zh: explain(due, 'zh') };
  };

  it('tell of a stop that is over, and of days counted around weekends', () => {
    const told = both({
      start: '2026-03-02',
      limit: { days: 7, unit: 'WORKING' },
      stops: [{ from: '2026-03-10', until: '2026-03-13', reason: 'HEARING' }],
    });
    expect(told.en.slice(1)).toEqual([
      'Tue 2026-03-03 to Tue 2026-03-10: 6 working days without the weekends, days 1 to 6',
      'Wed 2026-03-11 to Fri 2026-03-13, stopped for hearing: 3 working days not counted',
      'Mon 2026-03-16: 1 working day, day 7',
      '7 of 7 working days used: due Mon 2026-03-16',
    ]);
    expect(told.zh.slice(1)).toEqual([
      '2026-03-03（周二）至 2026-03-10（周二）：6 个工作日（周末不计），第 1 至 6 日',
      '2026-03-11（周三）至 2026-03-13（周五）因听证停止计时：3 个工作日不计入',
      '2026-03-16（周一）：1 个工作日，第 7 日',
      '7 个工作日届满：2026-03-16（周一）到期',
    ]);
  });

  it('tell of a stop that lasts', () => {
    const told = both({ start: '2026-03-02', limit: { days: 7, unit: 'WORKING' }, stops: [{ from: '2026-03-03', reason: 'CORRECTION' }] });
    expect(told.en.slice(1)).toEqual([
      'Tue 2026-03-03: 1 working day, day 1',
      'from Wed 2026-03-04 on, stopped for correction: no end yet',
      '1 of 7 working days used, 6 left: the due date is known when the stop has ended',
    ]);
    expect(told.zh.slice(2)).toEqual([
      '自 2026-03-04（周三）起因补正停止计时，尚未结束',
      '共 7 个工作日，已用 1，剩余 6：停止计时结束后才能确定到期日',
    ]);
  });

  it('tell why natural days move', () => {
    const told = both({ start: '2026-01-19', limit: { days: 30, unit: 'NATURAL' } });
    expect(told.en.slice(1)).toEqual([
      'Tue 2026-01-20 to Wed 2026-02-18: 30 calendar days, days 1 to 30',
      'the last day falls on Wed 2026-02-18, Spring Festival: moved to Tue 2026-02-24',
      '30 of 30 calendar days used: due Tue 2026-02-24',
    ]);
    expect(told.zh.slice(2)).toEqual([
      '期限最后一日为 2026-02-18（周三），春节：顺延至 2026-02-24（周二）',
      '30 个自然日届满：2026-02-24（周二）到期',
    ]);
  });

  it('tell of days off, and of what is done on the spot', () => {
    const told = both({ start: at('2026-02-15T10:00'), limit: { days: 0, unit: 'WORKING' } });
    expect(told.en).toEqual([
      'received Sun 2026-02-15 10:00, Spring Festival: counts as Tue 2026-02-24',
      'on the spot: due Tue 2026-02-24',
    ]);
    expect(told.zh).toEqual(['2026-02-15（周日）10:00 收到，春节，按 2026-02-24（周二）收到计算', '当场办结：2026-02-24（周二）到期']);
  });

  it('tell of a day of receipt that is stopped already', () => {
    // A hearing since Tue 3 holds Wed 4, on which the application comes, and Thu 5.
    const told = both({
      start: '2026-03-04',
      limit: { days: 0, unit: 'WORKING' },
      stops: [{ from: '2026-03-03', until: '2026-03-05', reason: 'HEARING' }],
    });
    expect(told.en[1]).toBe('the last day falls on Wed 2026-03-04, a stop: moved to Fri 2026-03-06');
    expect(told.zh[1]).toBe('期限最后一日为 2026-03-04（周三），停止计时：顺延至 2026-03-06（周五）');
  });

  it('join two holidays that the notice joins', () => {
    // National Day with Mid-Autumn in it, 1 to 8 October 2025.
    expect(both({ start: '2025-09-30', limit: { days: 1, unit: 'WORKING' } }).en[1]).toBe(
      'Wed 2025-10-01 to Wed 2025-10-08, National Day, Mid-autumn Festival: 8 days not counted',
    );
  });

  it('say what was guessed', () => {
    const told = both({ start: '2035-10-01', limit: { days: 5, unit: 'WORKING' } });
    expect(told.en[2]).toBe(
      'the holiday notice for 2035 is not known yet: only weekends were taken as days off, and the date may still move',
    );
    expect(told.zh[2]).toBe('2035 年放假通知尚未录入，仅按周末推算，日期可能变动');
  });
});

describe('docs/calendar.md', () => {
  const page = readFileSync(new URL('../../docs/calendar.md', import.meta.url), 'utf8');
  const block = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

  it('shows a hall file that is read', () => {
    expect(Object.keys(hallCalendarShape.parse(JSON.parse(block('json'))))).toEqual(['closed', 'open', 'years']);
  });

  it('shows the account that comes out', () => {
    const stops = [{ from: '2026-03-04', until: '2026-03-10', reason: 'EXPERT_REVIEW' as const }];
    const due = dueDate({ start: at('2026-02-13T17:40'), limit: { days: 20, unit: 'WORKING' }, stops }, createCalendar());
    expect(block('text').trim().split('\n')).toEqual([...explain(due, 'en'), ...explain(due, 'zh')]);
  });
});
