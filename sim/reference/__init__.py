"""The kernels' rules as ordinary Mesa objects in plain Python: an oracle for tests, a yardstick for speed."""
