"""What tests of several kinds share: servers, feeds, lines, jobs as processes."""
