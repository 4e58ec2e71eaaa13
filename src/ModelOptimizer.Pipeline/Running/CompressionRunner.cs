namespace ModelOptimizer.Pipeline.Running;

/// <summary>Runs a manifest: plan, calibrate, compress, gate, write. The one entry of the command line and the build.</summary>
public static class CompressionRunner
{
    /// <summary>Runs to the end and reports every failure in the result; throws only <see cref="OperationCanceledException"/>.</summary>
    public static RunResult Run(RunOptions options, IRunObserver observer, CancellationToken cancellation) =>
        throw new NotImplementedException($"{options} {observer} {cancellation}");
}
