/** The seven checks of a group over its last seven days. */
import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { Answer } from '../../ui/Answer';
import { Panel, type Tone } from '../../ui/Panel';
import { Status } from '../../ui/Status';

const CHECKS = graphql(`
  query GroupChecks($id: ID!, $locale: String) {
    node(id: $id) { id ... on BalanceGroup { checks { check outcome explanation(locale: $locale) findings { id kind } } } }
  }
`);

type Outcome = Extract<NonNullable<ResultOf<typeof CHECKS>['node']>, { checks: unknown }>['checks'][number]['outcome'];
const TONES: Record<Outcome, Tone> = { PASSED: 'ok', FAILED: 'critical', UNKNOWN: 'warning', NOT_APPLICABLE: 'quiet' };

export function Checks({ id }: { id: string }) {
  const { t, locale } = usePreferences();
  const [result, again] = useQuery({ query: CHECKS, variables: { id, locale } });
  return (
    <Panel flush title={t('checks.title')} hint={t('checks.hint')}>
      <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={280}>
        {({ node }) => (
          <div className="table-scroll" tabIndex={0} role="region" aria-label={t('checks.title')}>
            <table className="table">
              <tbody>
                {(node && 'checks' in node ? node.checks : []).map((one) => (
                  <tr key={one.check}>
                    <th scope="row" style={{ color: 'var(--b-text)', fontSize: 15 }}>{t(`check.${one.check}`)}</th>
                    <td><Status tone={TONES[one.outcome]}>{t(`outcome.${one.outcome}`)}</Status></td>
                    <td className="in-text">
                      <span>{one.explanation}</span>
                      {one.findings.map((finding) => (
                        <span key={finding.id}> <Link to="/findings/$id" params={{ id: finding.id }}>{t(`finding.${finding.kind}`)}</Link></span>
                      ))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Answer>
    </Panel>
  );
}
