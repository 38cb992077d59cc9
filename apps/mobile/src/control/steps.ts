/** The way of a command as people follow it: sent, taken, done; or why not. */
import type { CommandsAtData } from '@/api/operations.generated';

export type Command = CommandsAtData['viewer']['commands']['edges'][number]['node'];
export type CommandState = Command['state'];

export const ENDED: ReadonlySet<CommandState> = new Set(['EXECUTED', 'VERIFIED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'FAILED']);
const UNDONE: ReadonlySet<CommandState> = new Set(['REJECTED', 'CANCELLED', 'EXPIRED', 'FAILED']);

export type Step = 'sent' | 'taken' | 'done';
export const STEPS: readonly Step[] = ['sent', 'taken', 'done'];

/** How far a command is: the number of steps that are behind it. */
export function stepsDone(state: CommandState): number {
  if (state === 'EXECUTED' || state === 'VERIFIED') return 3;
  if (state === 'LEASED' || state === 'DELIVERED') return 2;
  return state === 'QUEUED' ? 1 : 0;
}

export const failed = (state: CommandState): boolean => UNDONE.has(state);
export const ended = (state: CommandState): boolean => ENDED.has(state);

/** The supply as the newest switch that was done left it; null where none is known. */
export function supplyOf(commands: readonly Pick<Command, 'kind' | 'state' | 'supply'>[]): 'ON' | 'OFF' | null {
  return commands.find(({ kind, state }) => kind === 'SWITCH_SUPPLY' && (state === 'EXECUTED' || state === 'VERIFIED'))?.supply ?? null;
}
