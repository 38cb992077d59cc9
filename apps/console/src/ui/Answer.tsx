/** What a query came to: skeleton, failure with a way on, nothing there, or its content. */
import { Button } from '@mantine/core';
import type { CombinedError } from '@urql/core';
import type { Key } from '@shared/i18n';
import type { ReactNode } from 'react';
import { failureOf } from '../api/client';
import { useT } from '../app/preferences';
import { Icon, type IconName } from './Icon';

interface AnswerProps<Data> {
  result: { data?: Data | undefined; error?: CombinedError | undefined; fetching: boolean; stale: boolean };
  retry: () => void;
  skeleton?: number | ReactNode;
  shape?: Shape;
  children: (data: Data) => ReactNode;
}

export function Answer<Data>({ result, retry, skeleton = 160, shape = 'block', children }: AnswerProps<Data>) {
  if (result.data !== undefined && result.data !== null) {
    return (
      <>
        {result.error && <FailureNote error={result.error} retry={retry} compact />}
        {children(result.data)}
      </>
    );
  }
  if (result.error) return <FailureNote error={result.error} retry={retry} />;
  return <Waiting height={skeleton} shape={shape} />;
}

/** What will stand there: rows of a list, a whole page with its head, or something else of a size. */
type Shape = 'rows' | 'page' | 'block';

const ROW = 48;

export function Waiting({ height, shape = 'block' }: { height: number | ReactNode; shape?: Shape }) {
  const t = useT();
  return (
    <div className="waiting" role="status" aria-label={t('loading')}>
      {typeof height === 'number' ? <Bones height={height} shape={shape} /> : height}
    </div>
  );
}

function Bones({ height, shape }: { height: number; shape: Shape }) {
  if (shape === 'block') return <div className="bone" style={{ height }} />;
  if (shape === 'rows') return <>{Array.from({ length: Math.max(1, Math.floor(height / ROW)) }, (_, at) => <div key={at} className="bone-row"><i className="bone" /><i className="bone" /><i className="bone" /></div>)}</>;
  return (
    <>
      <div className="bone-head"><i className="bone" /><i className="bone" /></div>
      <div className="panel"><div className="bone" style={{ height: height - 140 }} /></div>
    </>
  );
}

/** What people can do something about is said in their language, whatever the server said of it. */
const WORDS: Partial<Record<string, Key>> = {
  FORBIDDEN: 'error.forbidden',
  UNAVAILABLE: 'error.unavailable',
  HTTP_502: 'error.unavailable',
  HTTP_503: 'error.unavailable',
  HTTP_504: 'error.unavailable',
  RATE_LIMITED: 'error.tooMany',
  HTTP_429: 'error.tooMany',
};

export function FailureNote({ error, retry, compact = false }: { error: CombinedError; retry: () => void; compact?: boolean }) {
  const t = useT();
  const failure = failureOf(error);
  // Asking again would come to the same: what helps is to ask for less.
  if (failure.code === 'COST_LIMIT') {
    return (
      <div className="empty" role="status" title={failure.message}>
        <span className="empty-icon"><Icon name="tree" size={26} /></span>
        <strong>{t('error.tooMuch')}</strong>
        <p>{t('error.tooMuchLead')}</p>
        <small className="quiet">{failure.code}{failure.requestId && ` · ${t('error.request', { id: failure.requestId })}`}</small>
      </div>
    );
  }
  const key = failure.offline ? 'error.offline' : WORDS[failure.code];
  const words = key ? t(key) : failure.message;
  return (
    <div className={compact ? 'failure failure-compact' : 'failure'} role="alert">
      <Icon name={failure.offline ? 'network' : 'critical'} size={compact ? 18 : 24} colour="var(--b-critical)" />
      <div className="failure-words">
        <strong>{t('error.title')}</strong>
        <span>{words}</span>
        <small>
          {failure.code}
          {failure.requestId && ` · ${t('error.request', { id: failure.requestId })}`}
        </small>
      </div>
      <Button variant="default" size="sm" onClick={retry}>
        {t('retry')}
      </Button>
    </div>
  );
}

interface EmptyProps {
  icon?: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon = 'info', title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={26} />
      </span>
      <strong>{title}</strong>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}
