"""Which VMs leave a full datastore, and where to: rules, reasons, and the plan that moves the fewest bytes. Pure."""
