import type { system as english } from '../en/system.ts'

export const system: typeof english = {
  title: 'このマシン',
  summary: 'マシンの使用率は{busy}です。内訳を表示します。',
  processor: 'プロセッサ',
  processorValue: '使用率{busy} · 学習は{cores}コア分を使用',
  gpu: 'GPU',
  memory: 'メモリ',
  memoryValue: '{total}のうち{used} · エンジン{engine}',
  disk: 'ワークスペースのディスク',
  diskValue: '{total}のうち空き{free}',
  diskLow: 'ディスク残量わずか',
  diskLowHelp: '空きがなくなると、実行は空きができるまで待機します。ゴミ箱を空にする、チェックポイントを整理する、またはこのディスクの別の場所を空けてください。',
  machine: 'マシン全体',
  engine: 'エンジン',
  diskFree: '空き',
  sinceStart: '開始からの秒数（一時停止を含む）',
  none: 'マシンの使用状況の記録はありません。学習中に数秒ごとに記録されます。',
  section: 'マシン',
  chart: { processor: 'プロセッサ', memory: 'メモリ', gpu: 'GPU', disk: 'ワークスペースのディスク' },
  axis: { processor: '使用率', memory: '使用量', gpu: '使用率', disk: '空き' },
}
