package cpu

import (
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// quota is how many cores' time the container of this process may use; +∞ if there is no limit.
func quota() float64 { return quotaIn(os.DirFS("/")) }

// quotaIn reads the limit of the control groups of this process, from the file tree at root: the least along the
// way from its own group up to the outermost one that can be seen. A file that is absent or makes no sense limits nothing.
//
//	version 2   /sys/fs/cgroup/<group>/cpu.max                         "max 100000" or "150000 100000"
//	version 1   /sys/fs/cgroup/cpu/<group>/cpu.cfs_quota_us, …period_us     "-1" or "150000"; "100000"
//
// (Linux, Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst.)
func quotaIn(root fs.FS) float64 {
	least := math.Inf(1)
	for line := range strings.Lines(read(root, "proc/self/cgroup")) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3) // hierarchy, controllers, group
		if len(fields) != 3 {
			continue
		}
		switch {
		case fields[0] == "0" && fields[1] == "":
			least = min(least, leastOf(fields[2], func(group string) float64 {
				limit := strings.Fields(read(root, path.Join("sys/fs/cgroup", group, "cpu.max")))
				if len(limit) != 2 {
					return math.Inf(1)
				}
				return share(limit[0], limit[1])
			}))
		case strings.Contains(","+fields[1]+",", ",cpu,"):
			least = min(least, leastOf(fields[2], func(group string) float64 {
				dir := path.Join("sys/fs/cgroup/cpu", group)
				return share(read(root, path.Join(dir, "cpu.cfs_quota_us")), read(root, path.Join(dir, "cpu.cfs_period_us")))
			}))
		}
	}
	return least
}

// leastOf is the least limit of a group and those around it.
func leastOf(group string, limit func(group string) float64) float64 {
	least := math.Inf(1)
	for group = path.Join("/", group); ; group = path.Dir(group) {
		least = min(least, limit(group))
		if group == "/" {
			return least
		}
	}
}

// share is quota / period, both in microseconds; +∞ where there is none.
func share(quota, period string) float64 {
	q, err := strconv.ParseFloat(strings.TrimSpace(quota), 64)
	p, err2 := strconv.ParseFloat(strings.TrimSpace(period), 64)
	if err != nil || err2 != nil || !(q > 0) || !(p > 0) {
		return math.Inf(1)
	}
	return q / p
}

// read is the content of a file, nothing if it cannot be read.
func read(root fs.FS, name string) string {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return string(b)
}
