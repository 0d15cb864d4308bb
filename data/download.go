package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A File is one file of a named data set, as it is downloaded.
type File struct {
	Name   string   // in the data set's folder
	URLs   []string // tried in order
	Size   int64    // in bytes
	SHA256 string   // hexadecimal
}

// A Downloader fetches files. The zero value is ready to use.
type Downloader struct {
	Client   *http.Client                         // nil means http.DefaultClient
	Attempts int                                  // for each URL, each going on where the last was cut; 0 means 3
	Wait     time.Duration                        // before the second attempt, doubled after each; 0 means a second
	Progress func(file string, done, total int64) // called as bytes arrive; may be nil
}

// cacheDir returns the folder for what is downloaded or computed: dir, or BRICK_DATA, or brick in the user's cache directory.
func cacheDir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	if dir = os.Getenv("BRICK_DATA"); dir != "" {
		return dir, nil
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("data: no folder for downloads and token files: %w; set BRICK_DATA to one", err)
	}
	return filepath.Join(user, "brick"), nil
}

// Fetch brings a file into dir, unless it is there. Bytes go to NAME.part, where a later call resumes; the whole is
// compared with its SHA-256 and only then renamed to NAME. An error says which URL failed, and how to place the file by hand.
func (d *Downloader) Fetch(ctx context.Context, f File, dir string) error {
	path := filepath.Join(dir, f.Name)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("data: make the folder for %s: %w", f.Name, err)
	}
	var errs []error
	for _, url := range f.URLs {
		err := d.fetch(ctx, f, url, path)
		if err == nil {
			return nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", url, err))
		if ctx.Err() != nil {
			break
		}
	}
	return fmt.Errorf("data: download %s: %w\nTo place it by hand: fetch %s and put it at %s (%d bytes, SHA-256 %s)",
		f.Name, errors.Join(errs...), strings.Join(f.URLs, " or "), path, f.Size, f.SHA256)
}

// errPermanent marks a failure that another attempt would only repeat.
var errPermanent = errors.New("not retried")

func (d *Downloader) fetch(ctx context.Context, f File, url, path string) error {
	wait := d.Wait
	if wait == 0 {
		wait = time.Second
	}
	var err error
	for attempt := range positive(d.Attempts, 3) {
		if attempt > 0 {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return ctx.Err()
			}
			wait *= 2
		}
		if err = d.attempt(ctx, f, url, path+".part"); err == nil {
			return d.settle(f, path)
		}
		if errors.Is(err, errPermanent) || ctx.Err() != nil {
			break
		}
	}
	return err
}

// attempt continues the .part file from url until it is whole.
func (d *Downloader) attempt(ctx context.Context, f File, url, part string) error {
	out, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("%w (%w)", err, errPermanent)
	}
	defer out.Close()
	have, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("%w (%w)", err, errPermanent)
	}
	if have > f.Size {
		have = 0
	}
	if have == f.Size {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("%w (%w)", err, errPermanent)
	}
	req.Header.Set("Accept-Encoding", "identity") // or the transport would undo the compression of .gz files
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	client := d.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusOK:
		have = 0 // the server sends the whole file
	case resp.StatusCode == http.StatusPartialContent && strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
	case resp.StatusCode == http.StatusPartialContent, resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		out.Truncate(0)
		return fmt.Errorf("%s with Content-Range %q; bytes from %d on were asked for", resp.Status, resp.Header.Get("Content-Range"), have)
	case resp.StatusCode >= 500, resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusRequestTimeout:
		return errors.New(resp.Status)
	default:
		return fmt.Errorf("%s (%w)", resp.Status, errPermanent)
	}
	if err := out.Truncate(have); err != nil {
		return fmt.Errorf("%w (%w)", err, errPermanent)
	}
	if _, err := out.Seek(have, io.SeekStart); err != nil {
		return fmt.Errorf("%w (%w)", err, errPermanent)
	}
	n, err := io.Copy(out, &counted{io.LimitReader(resp.Body, f.Size-have+1), d.Progress, f, have})
	switch {
	case err != nil:
		return fmt.Errorf("cut after %d of %d bytes: %w", have+n, f.Size, err)
	case have+n < f.Size:
		return fmt.Errorf("ended after %d of %d bytes", have+n, f.Size)
	case have+n > f.Size:
		out.Truncate(0)
		return fmt.Errorf("more than the %d bytes due: this is another file (%w)", f.Size, errPermanent)
	}
	return out.Sync()
}

// settle checks a whole .part file and gives it its name.
func (d *Downloader) settle(f File, path string) error {
	sum, err := fileSHA256(path + ".part")
	if err != nil {
		return err
	}
	if sum != f.SHA256 {
		if err := os.Remove(path + ".part"); err != nil {
			return err
		}
		return fmt.Errorf("SHA-256 %s; %s is due: what came is another file, and was removed", sum, f.SHA256)
	}
	return os.Rename(path+".part", path)
}

// fileSHA256 returns the hash of a file in hexadecimal.
func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// counted reports the bytes read through it.
type counted struct {
	r        io.Reader
	progress func(string, int64, int64)
	f        File
	done     int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.done += int64(n)
	if c.progress != nil && n > 0 {
		c.progress(c.f.Name, min(c.done, c.f.Size), c.f.Size)
	}
	return n, err
}
