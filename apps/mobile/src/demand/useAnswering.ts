/** Answering an event for a home; what shows the answer is read again. */
import { act } from '@/api/acts';
import { HOME } from '@/api/changes';
import { AnswerDrEvent, DrEventOf } from '@/api/operations.generated';
import { useMutation, useQueryClient } from '@tanstack/react-query';

export function useAnswering(id: string, home: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (participate: boolean) => act(AnswerDrEvent, { id, home, participate }),
    onSettled: () => Promise.all([HOME, DrEventOf.name].map((name) => queries.invalidateQueries({ queryKey: [name] }))),
  });
}
