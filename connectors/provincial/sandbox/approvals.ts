/** The approvals of a fictional project, derived from the stage it has reached and the day it was filed. */
import type { SandboxEnterprise } from '../../../src/kit/index.ts';
import type { ApprovalsRow } from '../platforms/construction.ts';
import { departmentCode } from './codes.ts';

type Project = SandboxEnterprise['sections']['provincial']['projects'][number];
type Approval = ApprovalsRow['spsxlb'][number];

interface Step {
  readonly name: string;
  readonly agency: string;
  readonly stage: 1 | 2 | 3 | 4;
  /** Days after filing on which it is decided. */
  readonly days: number;
  /** How the number of its document reads; `serial` is the project's own part. */
  number(serial: string, decided: string): string;
  /** Projects that need it; all, where left out. */
  needed?(project: Project): boolean;
}

const DAY_MS = 86_400_000;
/** Tonnes of standard coal a year from which energy saving is reviewed. */
const ENERGY_REVIEW_TCE = 1_000;

const year = (decided: string) => decided.slice(0, 4);

/** 工程建设项目审批流程, in order. */
const PROCEDURE: readonly Step[] = [
  {
    name: '固定资产投资项目节能审查',
    agency: 'development-reform',
    stage: 1,
    days: 18,
    number: (serial, on) => `扬示发改能审〔${year(on)}〕${serial.slice(-3)}号`,
    needed: (project) => project.energyTce >= ENERGY_REVIEW_TCE,
  },
  {
    name: '建设用地规划许可证核发',
    agency: 'natural-resources',
    stage: 1,
    days: 22,
    number: (serial, on) => `地字第321071${year(on)}${serial}号`,
    needed: (project) => project.landSupply !== 'existing',
  },
  {
    name: '建设项目环境影响评价审批',
    agency: 'ecology',
    stage: 2,
    days: 31,
    number: (serial, on) => `扬示环审批〔${year(on)}〕${serial.slice(-3)}号`,
    needed: (project) => project.eiaClass !== 'registration',
  },
  {
    name: '建设工程设计方案审查',
    agency: 'natural-resources',
    stage: 2,
    days: 36,
    number: (serial, on) => `扬示方案审〔${year(on)}〕${serial.slice(-3)}号`,
  },
  {
    name: '建设工程规划许可证核发',
    agency: 'natural-resources',
    stage: 2,
    days: 43,
    number: (serial, on) => `建字第321071${year(on)}${serial}号`,
  },
  {
    name: '施工图设计文件审查情况备案',
    agency: 'housing-construction',
    stage: 3,
    days: 55,
    number: (serial, on) => `3210712${year(on).slice(2)}TX${serial}`,
  },
  {
    name: '建设工程消防设计审查',
    agency: 'housing-construction',
    stage: 3,
    days: 62,
    number: (serial, on) => `扬示建消审字〔${year(on)}〕第${serial.slice(-4)}号`,
  },
  {
    name: '建筑工程施工许可证核发',
    agency: 'housing-construction',
    stage: 3,
    days: 70,
    number: (serial, on) => `321071${on.replaceAll('-', '')}${serial.slice(-4)}`,
  },
  {
    name: '建设工程规划核实',
    agency: 'natural-resources',
    stage: 4,
    days: 410,
    number: (serial, on) => `核字第321071${year(on)}${serial}号`,
  },
  {
    name: '建设工程消防验收',
    agency: 'housing-construction',
    stage: 4,
    days: 418,
    number: (serial, on) => `扬示建消验字〔${year(on)}〕第${serial.slice(-4)}号`,
  },
  {
    name: '房屋建筑和市政基础设施工程竣工验收备案',
    agency: 'housing-construction',
    stage: 4,
    days: 432,
    number: (serial, on) => `3210712${year(on).slice(2)}JG${serial}`,
  },
];

/** The last stage of the procedure that is behind a project. */
const STAGES_DONE: Readonly<Record<string, number>> = { filed: 0, 'land-permit': 1, 'construction-permit': 3, completed: 4 };
const NOT_STARTED = '0';
const IN_REVIEW = '1';
const GRANTED = '2';

/** All approvals of a project: what is behind it granted, the next stage under review, the rest not started. */
export function approvalsOf(project: Project): Approval[] {
  const done = STAGES_DONE[project.stage];
  if (done === undefined) throw new Error(`the sandbox of provincial has no procedure for stage "${project.stage}"`);
  const serial = `0${project.code.slice(-6)}`;
  const steps = PROCEDURE.filter((step) => step.needed?.(project) ?? true);
  const next = steps.find((step) => step.stage > done)?.stage;
  return [
    filing(project),
    ...steps.map((step) => approval(step, step.stage <= done ? GRANTED : step.stage === next ? IN_REVIEW : NOT_STARTED)),
  ];

  function approval(step: Step, blzt: string): Approval {
    const decided = new Date(Date.parse(`${project.filedOn}T00:00:00Z`) + step.days * DAY_MS).toISOString().slice(0, 10);
    const result = blzt === GRANTED ? { pwwh: step.number(serial, decided), bjrq: decided } : { pwwh: null, bjrq: null };
    return { spsxmc: step.name, spbmdm: departmentCode(step.agency), spjd: step.stage, blzt, ...result };
  }
}

/** A filing is decided the day it is filed, and its number is the project's code. */
const filing = (project: Project): Approval => ({
  spsxmc: '企业投资项目备案',
  spbmdm: departmentCode('development-reform'),
  spjd: 1,
  blzt: GRANTED,
  pwwh: project.code,
  bjrq: project.filedOn,
});
