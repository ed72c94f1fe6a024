// early.ts - runs before the first paint, so that a dark screen never flashes white.
import { lookApply, lookKept } from '../shared/look.js';

lookApply(lookKept());
