package cpu

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestQuota(t *testing.T) {
	const v2, v1 = "0::/a/b\n", "4:cpu,cpuacct:/a\n3:cpuset:/\n0::/x\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  float64
	}{
		{"no control groups", nil, math.Inf(1)},
		{"no limit", map[string]string{"proc/self/cgroup": v2, "sys/fs/cgroup/a/b/cpu.max": "max 100000\n"}, math.Inf(1)},
		{"a limit", map[string]string{"proc/self/cgroup": v2, "sys/fs/cgroup/a/b/cpu.max": "150000 100000\n"}, 1.5},
		{"a limit around", map[string]string{"proc/self/cgroup": v2, "sys/fs/cgroup/a/b/cpu.max": "400000 100000\n", "sys/fs/cgroup/a/cpu.max": "250000 100000\n"}, 2.5},
		{"a container that sees its own group as the root", map[string]string{"proc/self/cgroup": v2, "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 0.5},
		{"a file that makes no sense", map[string]string{"proc/self/cgroup": "0::\nnonsense\n" + v2, "sys/fs/cgroup/cpu.max": "0 0 0\n", "sys/fs/cgroup/a/cpu.max": "-3 x\n"}, math.Inf(1)},
		{"version 1", map[string]string{"proc/self/cgroup": v1, "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "300000\n", "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n"}, 3},
		{"version 1 without limit", map[string]string{"proc/self/cgroup": v1, "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, math.Inf(1)},
	} {
		root := fstest.MapFS{}
		for name, text := range c.files {
			root[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := quotaIn(root); got != c.want {
			t.Errorf("%s: found a quota of %v, want %v", c.name, got, c.want)
		}
	}
}
