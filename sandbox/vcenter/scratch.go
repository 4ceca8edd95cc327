package main

// The files of a running sandbox: all in one folder, which the next start clears away when nobody could.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

const scratchPrefix = "iaas-sandbox-"

// ownScratch makes the folder and lets everything temporary be made in it. Call the function that it gives at the end.
func ownScratch() (func(), error) {
	clearDead(os.TempDir())
	home, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", scratchPrefix, os.Getpid()))
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	if err := os.Setenv("TMPDIR", home); err != nil {
		return nil, fmt.Errorf("set TMPDIR: %w", err)
	}
	return func() { _ = os.RemoveAll(home) }, nil
}

// clearDead removes the folders of sandboxes that were killed.
func clearDead(in string) {
	found, _ := filepath.Glob(filepath.Join(in, scratchPrefix+"*-*"))
	for _, folder := range found {
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(folder), scratchPrefix+"%d-", &pid); err != nil || pid <= 0 {
			continue
		}
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(folder)
		}
	}
}
