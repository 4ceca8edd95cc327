/* placeholder until the control door is read */
export function startEstate() {}
export function estatePane() { return null; }
