"""The sandbox's vCenter: builds, starts, stops and drives the Go program in this folder."""

from sandbox.vcenter.build import BuildError, binary
from sandbox.vcenter.client import Door, DoorError
from sandbox.vcenter.process import Estate, StartError
from sandbox.vcenter.values import Load, PastEvent, Vm, Write

__all__ = ["BuildError", "Door", "DoorError", "Estate", "Load", "PastEvent", "StartError", "Vm", "Write", "binary"]
