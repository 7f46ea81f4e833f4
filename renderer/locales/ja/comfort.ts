import type { palette as englishPalette, tour as englishTour } from '../en/comfort.ts'

export const palette: typeof englishPalette = {
  title: '何でも探して実行する',
  open: '検索',
  placeholder: 'ページ、調査、実行、または操作',
  none: 'その名前のものはありません。実行は、名前、タグ、メモ、調査、モデル、データセットで見つかります。',
  keys: '↑ ↓ で選択、Enter で実行、Esc で閉じる',
  group: { page: 'ページ', prepare: '新しい調査', here: 'このページ', study: '調査', run: '実行', window: 'ウィンドウ', help: 'ヘルプ' },
  prepare: '調査を準備する：{method}',
  language: '言語：{language}',
  mode: '外観：{mode}',
}

export const tour: typeof englishTour = {
  title: '最初の調査',
  begin: '始める',
  next: '次へ',
  done: '完了',
  end: '案内を終える',
  count: '最初の調査 · {of} 段階中 {step}',
  offer: '初めてですか？最初の調査を一歩ずつ進められます。',
  elsewhere: { start: 'この段階はスタートページにあります。', study: 'この段階は調査のページにあります。調査を開始するか、スタートページから開いてください。' },
  step: {
    start: {
      title: '問いを立てる',
      text: '既定の調査を開始します。Fashion-MNIST 上の MLP を、八つのバッチサイズで損失が 0.4 になるまで学習します。2 コアでおよそ 2 分です。すべての設定を見たい場合は先に設定を開いてください。',
    },
    progress: {
      title: '見守る、止める、続ける',
      text: '進み具合と残り時間です。一時停止して Loupe を閉じ、後で再開できます。記録されたものは失われません。',
    },
    curves: {
      title: '形を見る',
      text: '各バッチサイズで目標に達するのに必要な例の数です。小さすぎるバッチは落ち着かず、大きすぎるバッチは例を無駄にします。最小値はその間にあります。ドラッグで拡大、角の矢印で図を保存できます。',
    },
    verdict: {
      title: '答えを読む',
      text: '臨界バッチサイズとその区間、現在のバッチサイズに対する節約です。データから言えない場合はそう示します。その場合はシードやバッチサイズを加えてください。',
    },
    report: {
      title: '持ち出す',
      text: 'レポートには、答え、図、表、そして各数値の由来が含まれます。設定、各実行の曲線、ログはタブにあります。',
    },
  },
}
