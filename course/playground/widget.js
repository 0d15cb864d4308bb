// The playground: all views of one model and one text.

import { views } from '../views/views.js';

export const widgets = views;
