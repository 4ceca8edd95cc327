"""vCenter, and nothing else: sessions, live inventory, tasks, metrics, placement, faults and writes over pyVmomi."""
