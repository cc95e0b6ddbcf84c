#!/usr/bin/env node
/**
 * The command. All of the program's modules are one script here, as they would take longer to find and to compile than
 * a small day takes to ingest.
 */
import { loadBundle, runBundle } from './bundle/load.js'
import { Signals } from './process/signals.js'

const signals = new Signals()
await runBundle(loadBundle()).runProgram(signals)
