export const HOUSE: string;
export const LOOKERS: Record<string, { login: string; place?: string }>;
export function routes(found: Record<string, string>): Record<string, Record<string, string>>;
