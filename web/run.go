package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Run serves on the listener until ctx ends, and then stops gracefully: it says that it is not ready for as long as Config.Drain, takes no new connections, lets running requests end
// for as long as Config.Grace, and cuts off the rest. It returns nil if nothing had to be cut off. The listener is closed when Run returns.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.config.Logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	close(s.stopped)
	s.config.Logger.Info("stopping", "drain", s.config.Drain, "grace", s.config.Grace)
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-time.After(s.config.Drain):
	}
	// ctx has ended, and what still runs must not end with it.
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Grace)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests did not end within %v: %w", s.config.Grace, err), server.Close())
	}
	<-ended
	return err
}
