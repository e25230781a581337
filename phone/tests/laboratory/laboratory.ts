/** A page without a screen: `window.laboratory` is the model's thread, for tests in a real browser. */

import { startModel } from "../../src/model/thread.ts";

Object.assign(window, { laboratory: startModel().model });
