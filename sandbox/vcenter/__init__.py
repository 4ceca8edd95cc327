"""The sandbox's vCenter: builds, starts, stops and drives the Go program in this folder."""

from sandbox.vcenter.build import BuildError, binary
from sandbox.vcenter.client import Door, DoorError, Load, Vm, Write
from sandbox.vcenter.process import Estate, StartError

__all__ = ["BuildError", "Door", "DoorError", "Estate", "Load", "StartError", "Vm", "Write", "binary"]
