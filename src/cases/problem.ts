/** Something the applicant can mend. `path` names the place in the input, like `form/registered-capital`. */
export interface Problem {
  readonly code: ProblemCode;
  readonly path: string;
  readonly zh: string;
  readonly en: string;
}

/** Everything an applicant may be told to mend. A closed table: codes are a promise to front-ends. */
const TABLE = {
  UNKNOWN_CASE: { zh: '没有该办件，或您无权查看。', en: 'there is no such case, or it is not yours.' },
  UNKNOWN_THEME: { zh: '目录中没有该主题。', en: 'the catalogue has no such theme.' },
  UNKNOWN_ITEM: { zh: '目录中没有该事项。', en: 'the catalogue has no such item.' },
  UNKNOWN_MATERIAL: { zh: '该办件不需要这份材料。', en: 'this case asks for no such material.' },
  UNKNOWN_FILE: { zh: '没有该文件，请先上传。', en: 'there is no such file; send it first.' },
  NOTHING_TO_DO: { zh: '按所答问题，没有需要办理的事项。', en: 'by these answers nothing needs to be filed.' },
  OPEN_QUESTION: { zh: '还有问题未回答，无法确定所需事项。', en: 'a question is open that decides which items are needed.' },
  WRONG_ANSWER: { zh: '该问题没有这个选项。', en: 'the question has no such answer.' },
  MISSING_APPLICANT: {
    zh: '请填写申请人（统一社会信用代码或公民身份号码）。',
    en: 'name the applicant: a credit code or an identity number.',
  },
  MISSING_MATERIAL: { zh: '缺少必需材料，且不适用容缺。', en: 'a required material is missing and may not follow later.' },
  NOT_TOLERABLE: { zh: '该材料不可容缺。', en: 'this material may not follow later.' },
  TOLERANCE_REFUSED: { zh: '申请人有失信记录，不适用容缺。', en: 'the applicant has a bad credit flag, so nothing may follow later.' },
  WRONG_FORM: { zh: '表单内容不符合要求。', en: 'the form does not fit.' },
  CLOSED: { zh: '该办件已办结，不能再更改。', en: 'the case is closed.' },
  SUBMITTED: { zh: '该办件已提交，不能再更改；如需补正请使用补正。', en: 'the case was handed in; use the correction instead.' },
  NOTHING_ASKED: { zh: '目前没有需要补正的内容。', en: 'nothing is to be corrected at present.' },
  INCOMPLETE_CORRECTION: { zh: '补正内容不完整，请一次补齐。', en: 'the correction is not complete; mend everything at once.' },
  ASKED_BEFORE: {
    zh: '该内容此前可一并提出，再次要求补正须由主管批准。',
    en: 'this could have been asked before; a second request needs a supervisor.',
  },
  NOT_YOUR_TASK: { zh: '该任务由他人办理。', en: 'another officer has this task.' },
  NOT_WITHDRAWABLE: { zh: '该办件已作出决定，不能撤回。', en: 'it was decided and cannot be withdrawn.' },
  NO_COMMISSIONER: { zh: '该领域没有可指派的专员，请指明一人。', en: 'no commissioner is set up for this block; name one.' },
  WAITS_FOR_AGENCY: {
    zh: '该材料由大厅向部门获取，尚未取得，取得后方可办结；申请人无需补交。',
    en: 'the hall fetches this from an agency that could not be asked; it can be granted once it is there. The applicant need do nothing.',
  },
  MISSING_ADDRESS: { zh: '寄递需要收件地址和联系电话。', en: 'a courier needs an address and a phone number.' },
  NOTHING_TO_FETCH: { zh: '该办件没有待领取的结果。', en: 'this case has no results that wait to be fetched.' },
  ON_ITS_WAY: { zh: '结果已寄出或已送达，不能更改。', en: 'the results are on their way, or were handed over.' },
  NOT_STUCK: { zh: '该事项不在待人工处理之列。', en: 'the item is not stuck.' },
  ONE_SUBJECT: { zh: '请指明一个企业或一个个人。', en: 'name an enterprise or a person, one of them.' },
  UNKNOWN_PURPOSE: { zh: '没有该事项、主题或办件。', en: 'there is no such item, theme or case.' },
  EVIDENCE_NOT_YOURS: { zh: '您的角色不能以此方式核验。', en: 'your role cannot know it in this way.' },
  MISSING_REFERENCE: { zh: '书面授权须填写编号。', en: 'a written authorisation needs its number.' },
  NOT_YOURSELF: { zh: '在线只能为本人开启会话。', en: 'online you open a session for yourself only.' },
  NOT_THE_APPLICANT: { zh: '该主体不是此办件的申请人。', en: 'this subject is not the applicant of the case.' },
  TOO_MANY: { zh: '数量超出上限。', en: 'too many at once.' },
  NO_SUCH_RELATION: {
    zh: '主管部门没有该关系的记录；可改用书面授权。',
    en: 'the agency knows of no such relation; use a written authorisation.',
  },
  RELATION_UNCHECKED: {
    zh: '暂时无法核验该关系；可改用书面授权。',
    en: 'the relation cannot be checked now; use a written authorisation.',
  },
  NO_SESSION: { zh: '没有为该主体开启的服务会话。', en: 'no service session is open for this subject.' },
  NOT_MASKED: { zh: '没有该脱敏字段，或其中没有内容。', en: 'there is no such masked field, or it holds nothing.' },
  MISSING_REASON: { zh: '请填写理由（4 至 200 字）。', en: 'say why, in 4 to 200 characters.' },
} as const satisfies Record<string, { zh: string; en: string }>;

export type ProblemCode = keyof typeof TABLE;

export const problem = (code: ProblemCode, path: string): Problem => ({ code, path, ...TABLE[code] });

/** Ends a transaction without writing anything: what was wrong is told, nothing is kept. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly problems: readonly Problem[];

  constructor(...problems: Problem[]) {
    super(problems.map(({ code, path }) => `${code} at ${path}`).join('; '));
    this.problems = problems;
  }
}
