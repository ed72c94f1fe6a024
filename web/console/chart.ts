// chart.ts - ECharts with only the parts that the console draws, under a policy without inline styles.
//
// Tooltips are drawn on the canvas (`richText`): as HTML they would need style attributes. A chart is a picture
// for those who see it; the table beside it says the same to everybody.
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import type { ECharts, EChartsCoreOption } from 'echarts/core';
import { init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';
import type { ElementPart } from 'lit/html.js';
import { html, nothing } from 'lit/html.js';
import { AsyncDirective, directive } from 'lit/async-directive.js';

import { numberText } from './words.js';

use([BarChart, HeatmapChart, LineChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, LabelLayout, CanvasRenderer]);

export type Option = EChartsCoreOption;

// A colour of the theme by its name in theme.css.
export const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const LETTER_PX = 13;
const FONT = "'Noto Sans JP', 'Noto Sans CJK JP', sans-serif";

// What every chart shares: quiet axes, the page's colours and letters.
export function base(): Option {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: LETTER_PX, color: colour('ink') },
    grid: { left: 8, right: 16, top: 28, bottom: 8, containLabel: true },
    tooltip: {
      renderMode: 'richText',
      backgroundColor: colour('paper'),
      borderColor: colour('edge'),
      textStyle: { color: colour('ink'), fontFamily: FONT },
    },
  };
}

// What the colours of several series mean, above them.
export const legend = (): object => ({ top: 0, left: 0, selectedMode: false, textStyle: { color: colour('ink'), fontFamily: FONT, fontSize: LETTER_PX } });

// The label of a bar.
export const counted = ({ value }: { value: number }): string => numberText(value);

export const labels = (): object => ({ color: colour('soft'), fontFamily: FONT, fontSize: LETTER_PX, hideOverlap: true });

export const axis = (more: object = {}): object => ({
  axisLine: { lineStyle: { color: colour('edge') } },
  axisTick: { show: false },
  axisLabel: labels(),
  splitLine: { lineStyle: { color: colour('line') } },
  ...more,
});

class Draw extends AsyncDirective {
  private chart: ECharts | undefined;
  private drawn = '';
  private watcher: ResizeObserver | undefined;

  render(_option: Option): symbol {
    return nothing;
  }

  override update(part: ElementPart, [option]: [Option]): symbol {
    const element = part.element as HTMLElement;
    if (!this.chart) {
      this.chart = init(element);
      this.watcher = new ResizeObserver(() => this.chart?.resize());
      this.watcher.observe(element);
    }
    const text = JSON.stringify(option);
    if (text !== this.drawn) this.chart.setOption(option, true);
    this.drawn = text;
    return nothing;
  }

  override disconnected(): void {
    this.watcher?.disconnect();
    this.chart?.dispose();
    this.chart = undefined;
    this.drawn = '';
  }
}
const draw = directive(Draw);

// `label` is what the picture says in one sentence; `size` a class that gives its height.
export const chart = (option: Option, label: string, size: 'low' | 'high' | 'tall' = 'high') =>
  html`<div class="chart ${size}" role="img" aria-label=${label} ${draw(option)}></div>`;
