import { CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { DataZoomComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TitleComponent, ToolboxComponent, TooltipComponent, VisualMapContinuousComponent } from 'echarts/components'
import { LabelLayout } from 'echarts/features'
import { connect, init, use } from 'echarts/core'
import type { EChartsType } from 'echarts/core'
import type { EChartsOption, LineSeriesOption, ScatterSeriesOption, CustomSeriesOption } from 'echarts'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'
import VChart from 'vue-echarts'

// The one door to ECharts: all parts are registered before any chart exists, whichever page loads first.
use([
  CanvasRenderer,
  SVGRenderer,
  LineChart,
  ScatterChart,
  CustomChart,
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
export type { CustomSeriesOption, EChartsOption, EChartsType, LineSeriesOption, ScatterSeriesOption }
export type Series = LineSeriesOption | ScatterSeriesOption | CustomSeriesOption
