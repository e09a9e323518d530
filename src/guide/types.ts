/**
 * Glossary of the guide 办事指南.
 *
 * - guide 指南: everything an applicant must know before filing one theme: steps, notice, form, dates, blockers.
 * - step 步骤: an item of the theme as this applicant's answers make it: needed, not needed, or not decided yet.
 * - notice 一次性告知: every material once, and how it gets to the hall.
 * - planned 计划内: needed, or not decided yet; dates, notice and form count both in.
 * - upstream 上游: everything that must be finished before a step, over any number of steps.
 * - to insist 必需: to ask for a material as a required one.
 * - one form 一张表单: the forms of all needed items merged; a field asked once.
 * - blocker 障碍: what stands in the way, whose it is, and what to do.
 * - reading 核验结果: what an agency said when it was asked for this guide.
 * - unchecked 未能核验: what could not be asked; the guide comes all the same and says so.
 * - line 表单行: a field as it stands on one form, with what is known of it.
 * - carried 带入: a value that stands on the form before the applicant writes anything: an answer, or what an agency said.
 * - completed 补全: what the applicant wrote together with what was carried.
 * - holder 持有人: whose paper or record it is.
 */
import type { CivilDate, DueDate } from '../calendar/index.ts';
import type {
  Agency,
  FormField,
  FormFieldCondition,
  FormSection,
  Holder,
  Item,
  Material,
  Theme,
  ThemeQuestion,
} from '../catalogue/index.ts';
import type { Provenance } from '../connect/index.ts';

/** A sentence in both languages. It never holds personal data. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** Who applies, and who else takes part. What is left out is asked for at the counter. */
export interface Applicant {
  readonly uscc?: string | undefined;
  readonly idNumber?: string | undefined;
  readonly people: readonly { readonly holder: Holder; readonly idNumber: string }[];
}

export interface GuideInput {
  readonly theme: Theme;
  /** By question id: true or false, or the value of a choice. */
  readonly answers: ReadonlyMap<string, boolean | string>;
  readonly applicant: Applicant;
  /** The day on which the applicant wants to begin. */
  readonly startOn: CivilDate;
  /** What the agencies said; see `asksOf` for what to ask. */
  readonly known: Known;
}

/** One question to an agency that a guide wants answered. */
export interface Ask {
  readonly holder: Holder;
  /** A section of the unified schema, `Enterprise.tax`. */
  readonly section: string;
  /** Credit code or identity number. */
  readonly key: string;
}

/** What came of the asks. Where several people hold the same part, `key` says whose; without it the first one named. */
export type Known = (holder: Holder, section: string, key?: string) => KnownReading;

export type KnownReading =
  | { readonly kind: 'value'; readonly value: Readonly<Record<string, unknown>>; readonly provenance: Provenance }
  /** The agency knows no such record. */
  | { readonly kind: 'absent' }
  /** It could not be asked, or refused. `agency` is its id, null where no connector serves the section. */
  | { readonly kind: 'failed'; readonly agency: string | null; readonly code: string }
  /** Nobody was named whose record it would be. */
  | { readonly kind: 'unasked' };

export interface Guide {
  readonly theme: Theme;
  readonly startOn: CivilDate;
  /** Questions whose answer would still change something. */
  readonly openQuestions: readonly ThemeQuestion[];
  /** Every step of the theme, those that are not needed too, in an order in which nothing comes before its dependency. */
  readonly steps: readonly GuideStep[];
  readonly notice: readonly NoticeLine[];
  readonly form: OneForm;
  readonly blockers: readonly Blocker[];
  readonly timeline: Timeline;
  readonly unchecked: readonly Unchecked[];
}

export interface GuideStep {
  readonly item: Item;
  /** The stage it is filed in, after small projects' stages are merged. */
  readonly stage: { readonly nameZh: string; readonly nameEn: string; readonly merged: boolean };
  /** `UNDECIDED`: an open question decides; dates count it in. */
  readonly status: 'NEEDED' | 'NOT_NEEDED' | 'UNDECIDED';
  readonly why: Sentence;
  /** Codes of the steps that must be finished before it; of a dropped step its own dependencies. */
  readonly dependsOn: readonly string[];
  /** Codes of planned steps that run at the same time for a while and do not wait for each other. */
  readonly parallelWith: readonly string[];
  /** The body that kept the power: the hall forwards the application there, the applicant does not go. */
  readonly forwardedTo: Agency | null;
  /** Null when it is not needed. */
  readonly schedule: StepSchedule | null;
}

export interface StepSchedule {
  /** The day on which the applicant hands it in; of a merged stage one day for all its steps. */
  readonly fileOn: CivilDate;
  /** The day from which its limits count: everything it waits for is promised to be done. The day of filing, or later in a merged stage. */
  readonly startsOn: CivilDate;
  readonly promised: DueDate;
  readonly statutory: DueDate;
  /** Working days it may slip without moving the end of all steps. */
  readonly slack: number;
  /** It cannot slip at all: it lies on a longest path. Of several longest paths, `Timeline.criticalPath` is one. */
  readonly critical: boolean;
}

export type NoticeKind = 'TO_BRING' | 'FETCHED' | 'MADE' | 'FROM_FORM' | 'MAY_FOLLOW';

/** One material, once, whatever number of items ask for it. */
export interface NoticeLine {
  readonly material: Material;
  readonly kind: NoticeKind;
  /** False: only where it applies to the applicant; no needed item insists on it. */
  readonly required: boolean;
  /** Codes of the planned items that ask for it. */
  readonly neededBy: readonly string[];
  /** Step whose result it is. */
  readonly madeBy: string | null;
  /** Agency that is asked for it, with what it said; `valid` null when it could not be asked yet. */
  readonly fetched: {
    readonly agency: string;
    readonly valid: boolean | null;
    readonly validTo: CivilDate | null;
    readonly provenance: Provenance | null;
  } | null;
  /** Working days within which it may follow, counted from the day on which the first item that insists on it begins, and the day that makes. */
  readonly follows: { readonly workingDays: number; readonly by: CivilDate } | null;
  readonly note: Sentence | null;
}

/** The forms of all needed items as one. */
export interface OneForm {
  readonly parts: readonly FormPart[];
  /** JSON Schema (2020-12) that a completed form must keep; see `completeForm`. */
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface FormPart {
  readonly section: FormSection;
  readonly lines: readonly FormLine[];
}

export interface FormLine {
  readonly field: FormField;
  /** Whether it must be filled in where it is shown. */
  readonly required: boolean;
  /** Codes of the items whose forms ask for it. */
  readonly askedBy: readonly string[];
  /** Shown only while all of these hold; none: always. */
  readonly shownWhen: readonly FormFieldCondition[];
  /** What an agency said, or the theme's answer; undefined where the applicant fills it in. */
  readonly value: unknown;
  readonly saidBy: Provenance | null;
  /** Whether the applicant may change the value that was filled in. */
  readonly correctable: boolean;
  /** Why it is empty although an agency should know. */
  readonly uncheckedCode: string | null;
}

export type BlockerKind =
  | 'QUOTA_NOT_FIXED'
  | 'RETAINED_ELSEWHERE'
  | 'TAX_ARREARS'
  | 'SOCIAL_INSURANCE_ARREARS'
  | 'BAD_CREDIT'
  | 'NOT_ACTIVE'
  | 'CERTIFICATE_INVALID';

export interface Blocker {
  readonly kind: BlockerKind;
  /** `STOPS`: it cannot be finished until this is mended. `LIMITS`: it can, under a condition. `INFORMS`: the hall sees to it. */
  readonly severity: 'STOPS' | 'LIMITS' | 'INFORMS';
  /** Id of the agency that can mend it. */
  readonly agency: string;
  /** Codes of the planned items it touches; empty: all. */
  readonly items: readonly string[];
  readonly what: Sentence;
  readonly toDo: Sentence;
}

export interface Timeline {
  /** The first working day from `Guide.startOn` on, and the last day by the promised limits. */
  readonly startOn: CivilDate;
  readonly finishOn: CivilDate;
  /** Working days from start to finish along the longest path, by the promised limits. */
  readonly workingDays: number;
  /** The same items one after another. */
  readonly oneAfterAnother: number;
  /** Last day by the statutory limits. */
  readonly statutoryFinishOn: CivilDate;
  /** Codes from the first to the last step of the longest path. */
  readonly criticalPath: readonly string[];
  readonly target: {
    readonly workingDays: number;
    /** Code of the item that the target counts up to; null: all of them. */
    readonly milestone: string | null;
    readonly reachedOn: CivilDate;
    readonly planned: number;
    readonly met: boolean;
  };
  /** Years of the plan for which the calendar has no data: weekends are assumed. */
  readonly assumedYears: readonly number[];
}

/** Something that could not be asked, and what that means. */
export interface Unchecked {
  /** Id of the agency; null where no connector serves the section. */
  readonly agency: string | null;
  readonly section: string;
  readonly code: string;
  readonly consequence: Sentence;
}
