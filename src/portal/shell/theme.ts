/** Mantine in our colours: the variables of ground.css are the only place where a colour is written. */

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

const lagoon: MantineColorsTuple = [
  '#e8f5f7',
  '#cfe8ec',
  '#9fd2da',
  '#6ccbd8',
  '#45adbc',
  '#2a93a4',
  '#12788a',
  '#0e6774',
  '#0c5a66',
  '#084751',
]

/** Greys of the dark scheme, tinted like its ground. */
const dark: MantineColorsTuple = [
  '#e3eaed',
  '#c3ced4',
  '#a3b2bb',
  '#8796a0',
  '#6d7d87',
  '#2b363c',
  '#141b1f',
  '#182024',
  '#141b1e',
  '#11171a',
]

export const theme = createTheme({
  primaryColor: 'lagoon',
  primaryShade: { light: 8, dark: 6 },
  colors: { lagoon, dark },
  defaultRadius: 'xs',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { size: 28, variant: 'subtle' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    // A cross says nothing to who does not see it.
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.45 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
  },
})

const shared = {
  '--mantine-color-body': 'var(--panel)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-soft)',
  '--mantine-color-default': 'var(--panel)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-default-hover': 'var(--well)',
  '--mantine-color-placeholder': 'var(--ink-soft)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-error': 'var(--bad)',
}

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared })
