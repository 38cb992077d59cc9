import type { switching as english } from './en';

export const switching: Record<keyof typeof english, string> = {
  'seat.switch': 'Организация',
  'seat.here': 'вы здесь',
  'seat.part': '{count|one=# часть|few=# части|many=# частей|other=# части}',
  'seat.other': 'Войти под другим именем',
  'node.switch': 'Место',
  'node.whole': 'Вся организация',
  'node.go': 'Показать {name}',
  'node.below': 'Что внутри: {name}',
  'node.search': 'Сузить',
  'node.none': 'Внутри ничего',
  'node.here': 'Показано сейчас',
  'clients.graphiql': 'Попробовать запросы в GraphiQL',
};
