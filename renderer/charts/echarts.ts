import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts'
import { BrushComponent, DataZoomComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, ParallelComponent, TitleComponent, ToolboxComponent, TooltipComponent, VisualMapContinuousComponent } from 'echarts/components'
import { LabelLayout } from 'echarts/features'
import { connect, init, use } from 'echarts/core'
import type { EChartsType } from 'echarts/core'
import type { BarSeriesOption, CustomSeriesOption, EChartsOption, LineSeriesOption, ParallelSeriesOption, ScatterSeriesOption } from 'echarts'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'
import VChart from 'vue-echarts'

// The one door to ECharts: all parts are registered before any chart exists, whichever page loads first.
use([
  CanvasRenderer,
  SVGRenderer,
  LineChart,
  ScatterChart,
  BarChart,
  ParallelChart,
  CustomChart,
  BrushComponent,
  ParallelComponent,
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
  DataZoomComponent,
  ToolboxComponent,
  MarkLineComponent,
  MarkAreaComponent,
  VisualMapContinuousComponent,
  LabelLayout,
])

export { connect, init, VChart }
export type { BarSeriesOption, CustomSeriesOption, EChartsOption, EChartsType, LineSeriesOption, ParallelSeriesOption, ScatterSeriesOption }
export type Series = LineSeriesOption | ScatterSeriesOption | CustomSeriesOption | BarSeriesOption | ParallelSeriesOption
