// news.ts - what a script adds to a page that is only read: announcements that come while it is open.
import { newsListen } from '../shared/news.js';

newsListen();
