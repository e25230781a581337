/** Where the app is on its server: every page, file and thread of it lies below, and no other page does. */

export const APP = "/phone/";
export const ICON = `${APP}icons/mark-192.png`;
