using System.Diagnostics;
using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Gates.Latency;

/// <summary>Times two sessions on the same inputs.</summary>
/// <param name="original">The original model.</param>
/// <param name="compressed">The compressed model.</param>
/// <param name="inputs">Every input by name: the first evaluation batch, or random values.</param>
public sealed class SessionLatencyProbe(ModelSession original, ModelSession compressed, IReadOnlyDictionary<string, HostTensor> inputs) : ILatencyProbe
{
    /// <inheritdoc/>
    public double Original(int runs) => Time(original, runs);

    /// <inheritdoc/>
    public double Compressed(int runs) => Time(compressed, runs);

    private double Time(ModelSession session, int runs)
    {
        var start = Stopwatch.GetTimestamp();
        for (var run = 0; run < runs; run++)
        {
            session.Run(inputs);
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
