// All views by the names that widgets have in the pages.

import { attend } from './attend.js';
import { block } from './block.js';
import { rotary } from './rotary.js';
import { next, says } from './says.js';
import { source } from './source.js';
import { ablate, cache, write } from './work.js';

export const views = { source, attend, rotary, block, says, next, ablate, cache, write };
