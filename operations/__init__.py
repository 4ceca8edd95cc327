"""Every change to the estate, whoever asked: request, policy, plan, queue, vCenter, record. The one door for them."""
