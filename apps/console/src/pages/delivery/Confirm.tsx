/** Says that a reading is odd, and right; with a note, if there is something to say. */
import { Button, Popover, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { UserErrors, type Refusal } from '../../ui/UserErrors';

const CONFIRM = graphql(`
  mutation ConfirmReading($input: ConfirmReadingInput!) {
    confirmReading(input: $input) {
      flag { id reviewedAt reviewedBy note }
      errors { code field message }
    }
  }
`);

export function Confirm({ flag, about, onDone }: { flag: string; about: string; onDone: () => void }) {
  const { t } = usePreferences();
  const [{ fetching }, confirm] = useMutation(CONFIRM);
  const [opened, setOpened] = useState(false);
  const [note, setNote] = useState('');
  const [errors, setErrors] = useState<Refusal[]>([]);
  const send = async () => {
    const { data, error } = await confirm({ input: { flag, note: note.trim() || null } });
    const told = error ? [{ code: 'FAILED', message: error.message }] : (data?.confirmReading.errors ?? []);
    setErrors(told);
    if (told.length === 0) onDone();
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300} trapFocus withArrow shadow="md">
      <Popover.Target>
        <Button size="xs" variant="default" aria-label={`${t('doubt.right')}: ${about}`} onClick={() => setOpened(true)}>{t('doubt.right')}</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('doubt.right')}>
        <div className="form">
          <p className="hint">{t('doubt.rightHint')}</p>
          <Textarea autosize minRows={2} label={t('alerts.note')} value={note} maxLength={2000} onChange={(event) => setNote(event.currentTarget.value)} />
          <UserErrors errors={errors} />
          <div><Button size="xs" loading={fetching} onClick={() => void send()}>{t('doubt.confirm')}</Button></div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
