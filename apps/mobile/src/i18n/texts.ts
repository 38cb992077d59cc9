/** What a language must say: every key of English, and the plural forms that it has itself. */
import type { en } from './en';

type Stem<Name> = Name extends `${infer Word}_${'one' | 'other'}` ? Word : never;
type Counted = Stem<keyof typeof en>;
type Plain = Exclude<keyof typeof en, `${Counted}_${'one' | 'other'}`>;
type Forms = { en: 'one' | 'other'; ru: 'one' | 'few' | 'many' | 'other'; ro: 'one' | 'few' | 'other' };

export type Texts<Language extends keyof Forms> = Record<Plain | `${Counted}_${Forms[Language]}`, string>;
