/** Entry of the portal. */

import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { makeRouter } from './routes.tsx'
import { Connection } from './server/connection.tsx'
import { makeQueryClient } from './server/queries.ts'
import './shell/mantine-styles.ts'
import { cssVariables, theme } from './shell/theme.ts'

// The scheme stands before the first drawing: nothing flashes. The key is the component library's own.
const kept = localStorage.getItem('mantine-color-scheme-value')
const isDark = kept === 'dark' || (kept !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches)
document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light')

const queryClient = makeQueryClient()
const router = makeRouter(queryClient)
const root = document.getElementById('portal')
if (!root) throw new Error('index.html has no element #portal')

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Connection>
          <RouterProvider router={router} />
        </Connection>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
