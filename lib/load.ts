/**
 * Loads packages the moment they are needed, or faster than an import would: `require` does not have to look through a
 * package for its exports first. A small day is over sooner than some packages are imported.
 */
import { createRequire } from 'node:module'

/** `require`, for packages; what it gives has the type of the package's module. */
export const load = createRequire(import.meta.url)
