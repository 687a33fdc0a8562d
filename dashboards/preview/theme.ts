/** Colours and type, once for light and once for dark. Text on its ground has a contrast of 4.5 and more. */
import type { Config } from 'vega-lite'

export interface Theme {
  name: 'light' | 'dark'
  ink: string
  muted: string
  line: string
  paper: string
  ground: string
  sea: string
  land: string
  accent: string
  /** for groups, in the order of their size */
  groups: string[]
  /** from the least to the greatest value */
  ramp: string[]
}

export const themes: Theme[] = [
  {
    name: 'light',
    ink: '#17212b',
    muted: '#55626f',
    line: '#e3e8ed',
    paper: '#ffffff',
    ground: '#f3f5f8',
    sea: '#f4f8fb',
    land: '#d9e0e6',
    accent: '#1f6f8b',
    groups: ['#1f6f8b', '#e07a3f', '#5a4fcf', '#3f9b6c', '#c2457d', '#8a6d1d'],
    ramp: ['#f2a33a', '#e0533d', '#a52a6c', '#4b2991', '#1b1548'],
  },
  {
    name: 'dark',
    ink: '#e8edf2',
    muted: '#9fb0bf',
    line: '#2a3742',
    paper: '#151e26',
    ground: '#0d141a',
    sea: '#111a22',
    land: '#2b3945',
    accent: '#5cc0dd',
    groups: ['#5cc0dd', '#f2a071', '#a79bff', '#72d0a0', '#ee86b7', '#d9bf66'],
    ramp: ['#ffd27a', '#ff8d5c', '#e86aa6', '#a37bff', '#6fb4ff'],
  },
]

const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'

export function vegaConfig({ ink, muted, line, accent, groups, ramp }: Theme): Config {
  const labels = { labelColor: muted, titleColor: muted, labelFont: font, titleFont: font }
  const type = { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal' as const }
  return {
    background: 'transparent',
    font,
    view: { stroke: null },
    mark: { color: accent },
    text: { color: muted },
    axis: {
      ...labels,
      ...type,
      gridColor: line,
      domain: false,
      ticks: false,
      labelPadding: 6,
      titlePadding: 10,
    },
    axisX: { grid: false },
    axisQuantitative: { tickCount: 5 },
    legend: { ...labels, ...type, symbolType: 'circle', orient: 'top', offset: 8 },
    range: { category: groups, ramp, heatmap: ramp, ordinal: ramp },
    title: { color: ink },
  }
}

const variables = ({ ink, muted, line, paper, ground, accent }: Theme): string =>
  Object.entries({ ink, muted, line, paper, ground, accent })
    .map(([name, value]) => `--${name}: ${value};`)
    .join(' ')

/** The page follows the system until somebody presses the button. */
export function themeCss(): string {
  const [light, dark] = themes.map(variables)
  return [
    `:root { ${light} color-scheme: light; --font: ${font}; }`,
    `@media (prefers-color-scheme: dark) { :root:not([data-theme='light']) { ${dark} color-scheme: dark; } }`,
    `:root[data-theme='dark'] { ${dark} color-scheme: dark; }`,
  ].join('\n')
}
