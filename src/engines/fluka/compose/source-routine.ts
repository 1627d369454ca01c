export const WOBBLED_ROUTINE = { name: 'isolario-wobbled-1' }
