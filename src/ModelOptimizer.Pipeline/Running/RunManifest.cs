namespace ModelOptimizer.Pipeline.Running;

/// <summary><see cref="CompressionRunner.Run"/>, or what a test puts in its place.</summary>
internal delegate RunResult RunManifest(RunOptions options, IRunObserver observer, CancellationToken cancellation);
