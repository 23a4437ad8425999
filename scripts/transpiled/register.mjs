// Given to Node by `--import`: sources of the project are read from the folder that the address of this file names.
import { register } from 'node:module'

const folder = new URL(import.meta.url).searchParams.get('folder')
register('./hooks.mjs', import.meta.url, { data: { folder } })
process.setSourceMapsEnabled(true)
