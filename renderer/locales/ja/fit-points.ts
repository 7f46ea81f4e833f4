import type { fitPoints as english } from '../en/fit-points.ts'

export const fitPoints: typeof english = {
  title: '別の所で測った点を当てはめる',
  subtitle: '別の道具での実行を持ち込みます。同じ一つの目標まで、各バッチサイズが何ステップかかったか。',
  link: '別の所で測った点を当てはめる',
  points: '点',
  placeholder: 'batch,seed,steps',
  help: '1 行に 1 実行：batch,seed,steps。見出し、他の列、セミコロンやタブもそのままで構いません。# で始まる行は読み飛ばします。',
  example: '例を入れる',
  choose: 'ファイルを選ぶ',
  confidence: '信頼度',
  fit: '法則を当てはめる',
  emptyTitle: 'まだ何も当てはめていません',
  empty: '左に点を貼り付けるか、ファイルを選んでください。バッチサイズは 3 つ以上必要です。シードが複数あると区間が信頼できます。',
  badTitle: '読めない行があります',
  failed: '点を当てはめられませんでした',
  changed: '当てはめた後に点が変わっています。',
  row: {
    none: '{line} 行目：続く点の行がありません。実行ごとに batch,seed,steps を 1 行で書いてください。',
    header: '{line} 行目：見出しに「{column}」の列がありません。列の名前は batch,seed,steps です。',
    missing: '{line} 行目：{column} がありません。',
    wrong: '{line} 行目：{column} が「{value}」です。',
    whole: '1 以上の整数にしてください。',
    wholeSeed: '0 以上の整数にしてください。',
    positive: '0 より大きい数にしてください。',
  },
}
